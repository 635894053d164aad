"""`./qihang demo build`: a believable province to look at and to measure with."""

import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from qihang.foundation.core.commands import print_json
from qihang.foundation.core.errors import DomainError

PEOPLE, YEARS, SEED = 1_000, 3, 2026
_MOST_PEOPLE, _MOST_YEARS = 500_000, 15


def add_arguments(parser: ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    build = what.add_parser("build", help="在空的系统里造一个示范省")
    build.add_argument("--people", type=int, default=PEOPLE, metavar="N", help=f"大约多少学员（{PEOPLE}）")
    build.add_argument("--years", type=int, default=YEARS, metavar="Y", help=f"从几年前开始（{YEARS}）")
    build.add_argument("--seed", type=int, default=SEED, metavar="S", help=f"种子，同一个种子造出同样的人（{SEED}）")
    build.add_argument("--json", action="store_true", help="只输出 JSON")


def run(options: Namespace) -> int:
    """Build it and say what there is, with a log-in for each role."""
    from qihang.demo.accounts import demo_logins
    from qihang.demo.build import build
    from qihang.demo.progress import Printed

    if not (1 <= options.people <= _MOST_PEOPLE and 1 <= options.years <= _MOST_YEARS):
        raise DomainError(f"学员写 1 到 {_MOST_PEOPLE}，年数写 1 到 {_MOST_YEARS}")
    began = time.monotonic()
    built = build(people=options.people, years=options.years, seed=options.seed, say=Printed())
    seconds = time.monotonic() - began
    logins = demo_logins()
    if options.json:
        print_json({**asdict(built), "seconds": f"{seconds:.1f}", "logins": [asdict(one) for one in logins]})
        return 0
    print(
        f"建好了：{built.institutions} 家机构，{built.classes} 个班，{built.people} 人，{built.spells} 条就业记录，"
        f"用了 {seconds:.0f} 秒"
    )
    for one in logins:
        print(f"{one.role}  {one.login}  {one.password}")
    return 0
