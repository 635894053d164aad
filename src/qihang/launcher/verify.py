"""`./qihang verify`: recomputes the audit's chain and every stored decision, and says what does not hold."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qihang.foundation.core.commands import print_json

_ALL = "all"
_FIELDS = {"benefit": "待遇", "clauses": "逐条结果", "eligible": "结论", "amount": "金额", "missing": "缺的参数"}
_UNREADABLE = {"facts": "事实", "basis": "依据"}
_SHOWN = 12  # characters of a digest


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: a line that sums it up, a line for each fault, and the same for programs."""

    summary: str
    faults: list[str]
    details: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As the command surface prints it."""
        return {"holds": not self.faults, **self.details, "faults": self.faults}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`[audit|decisions|all] [--json]`."""
    parser.add_argument(
        "what",
        nargs="?",
        choices=(*_CHECKS, _ALL),
        default=_ALL,
        help="核对什么：audit 审计记录，decisions 资格判定，all 全部（默认）。资金账（ledger）还没有，有了账再核对",
    )
    parser.add_argument("--json", action="store_true", help="只输出 JSON")


def run(options: argparse.Namespace) -> int:
    """Check and print; faults also go to stderr, a line each. 1 when anything does not hold."""
    names = list(_CHECKS) if options.what == _ALL else [options.what]
    found = {name: _CHECKS[name]() for name in names}
    faults = [fault for finding in found.values() for fault in finding.faults]
    if options.json:
        print_json({"holds": not faults, **{name: finding.as_json() for name, finding in found.items()}})
    else:
        print("\n".join(finding.summary for finding in found.values()), flush=True)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _audit() -> Finding:
    from qihang.foundation.core import audit

    report = audit.verify()
    tail = f"，还有 {report.unsealed} 条没到封存的时候" if report.unsealed else ""
    return Finding(
        f"审计记录：{report.seals} 张封条，封了 {report.sealed} 条{tail}；{_outcome(report.broken)}",
        [f"审计记录：{line}" for line in report.broken],
        {"seals": report.seals, "sealed": report.sealed, "unsealed": report.unsealed, "chain": report.chain},
    )


def _decisions() -> Finding:
    from qihang.registry.policy.services import verify_decisions

    report = verify_decisions()
    faults = [f"资格判定 {item.id}：{_wrong_with(item.fields)}" for item in report.differences]
    faults += [f"资格判定：系统里没有规则“{name}”这一版，用它的判定算不了" for name in report.unknown_versions]
    faults += [f"资格判定：依据 {digest[:_SHOWN]} 和写下时不一样" for digest in report.changed_bases]
    return Finding(
        f"资格判定：重算了 {report.decisions} 件；{_outcome(faults)}",
        faults,
        {
            "decisions": report.decisions,
            "differences": [{"id": item.id, "fields": item.fields} for item in report.differences],
            "unknown_versions": report.unknown_versions,
            "changed_bases": report.changed_bases,
        },
    )


def _wrong_with(fields: list[str]) -> str:
    unreadable = [_UNREADABLE[name] for name in fields if name in _UNREADABLE]
    if unreadable:
        return f"存的{unreadable[0]}读不出来，算不了"
    return f"按存的事实和参数重算，{'、'.join(_FIELDS[name] for name in fields)}不一样"


def _outcome(faults: list[str]) -> str:
    return f"{len(faults)} 处对不上" if faults else "都对得上"


_CHECKS: dict[str, Callable[[], Finding]] = {"audit": _audit, "decisions": _decisions}
