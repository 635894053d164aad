from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from qihang.foundation.jobs.worker import WorkerOptions, work


class Command(BaseCommand):
    help = "Work off background jobs and chores until SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        usual = WorkerOptions()
        parser.add_argument("--concurrency", type=int, default=usual.concurrency, help="jobs at once")
        parser.add_argument("--heartbeat", type=float, default=usual.heartbeat, help="seconds between signs of life")
        parser.add_argument(
            "--stalled-after", type=float, default=usual.stalled_after, help="seconds without one: the worker is dead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        work(WorkerOptions(options["concurrency"], options["heartbeat"], options["stalled_after"]))
