"""The job worker process of `./qihang up`."""

import django
from django.core.management import call_command

from qihang.launcher.lifeline import die_with_parent


def main() -> None:
    """Work off jobs until SIGTERM; the job at hand is finished or goes on later from its checkpoint."""
    die_with_parent()
    django.setup()
    call_command("run_worker")


if __name__ == "__main__":
    main()
