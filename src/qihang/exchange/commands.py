"""`./qihang export WHAT FILE`: what the platform gives away, for others to recompute and check."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from qihang.foundation.core.commands import print_json
from qihang.oversight.indicators.enums import Programme
from qihang.oversight.indicators.schema import TABLES


def add_arguments(parser: ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    events = what.add_parser("events", help="全部指标背后的事件，不含姓名和证号，谁都能据此重算")
    events.add_argument("file", type=Path, metavar="FILE", help="写到哪个文件")
    events.add_argument("--programme", choices=Programme.values, help="只导出一个计划")
    events.add_argument("--region", metavar="CODE", help="只导出该地区及其下级，6 位行政区划代码")
    events.add_argument("--json", action="store_true", help="只输出 JSON")


def run(options: Namespace) -> int:
    """Write the events file and say how much is in it."""
    from qihang.oversight.indicators.projection import events_from_database

    events = events_from_database(programme=options.programme, region=options.region)
    events.write_json(options.file)
    counts = {table: events.table(table).height for table in TABLES}
    if options.json:
        print_json({"file": str(options.file), **counts})
    else:
        print(
            f"已导出 {counts['persons']} 人、{counts['classes']} 个班、{counts['enrolments']} 次报名到 {options.file}"
        )
    return 0
