"""Rosters large enough to be checked and brought in by the worker, and what must become of them, to the row."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tests.identities import resident
from tests.workbooks import text

HEADER = ["姓名", "性别", "身份证号", "文化程度", "人员类别", "联系电话", "备注"]
REGIONS = ("460106", "460105", "460107", "460108", "469001", "469002", "469005", "469006", "469007", "469021")
BORN = dt.date(1985, 5, 20)
TOO_OLD = dt.date(1951, 3, 1)
A_DAY = 400
# What a clerk writes beside a name; it brings the file over the size that is checked while one waits.
REMARK = "住在本村，农忙过后可以参加全程培训，上课期间请把通知发到本人手机，家里电话常常没有人接。"


@dataclass(frozen=True)
class Roster:
    """`known` of the `people` were registered with a confirmed category before, `old` are past the age, and `wrong` have
    a slip in their number. No two rosters have a person in common."""

    number: int
    people: int = 3000
    known: int = 40
    old: int = 7
    wrong: int = 5

    @property
    def name(self) -> str:
        return f"家政服务员五级第{self.number + 1}班"

    @property
    def valid(self) -> int:
        return self.people - self.old - self.wrong

    @property
    def outcome(self) -> dict[str, int]:
        """The result of the import."""
        return {
            "rows": self.people,
            "accepted": self.valid,
            "held": self.wrong,
            "left_out": 0,
            "written": self.valid,
            "refused": self.old,
            "changed": 0,
            "unchanged": 0,
        }

    @property
    def places(self) -> dict[str, int]:
        """How many places of the class are in which state: the known are in, the rest waits for an officer."""
        return {"enrolled": self.known, "applied": self.valid - self.known, "refused": self.old}

    def person(self, at: int) -> tuple[str, str, dt.date]:
        """(identity number, name, day of birth) of a row, the known first."""
        days, order = divmod(at, A_DAY)
        round_of_regions, region = divmod(self.number, len(REGIONS))
        first = TOO_OLD if self.valid <= at < self.valid + self.old else BORN
        born = first.replace(year=first.year + round_of_regions) + dt.timedelta(days)
        identity = resident(born.isoformat(), region=REGIONS[region], order=order + 1)
        return identity, f"符{chr(0x4E00 + at)}兰", born

    @property
    def content(self) -> bytes:
        return text([HEADER, *map(self._row, range(self.people))])

    def _row(self, at: int) -> list[Any]:
        identity, name, _ = self.person(at)
        if at >= self.valid + self.old:
            identity = identity[:-1] + ("1" if identity[-1] != "1" else "2")
        phone = f"138{self.number:02d}{at:06d}"
        return [name, "女", identity, "初中", "登记失业", phone, REMARK]
