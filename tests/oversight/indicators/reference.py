"""Every figure once more, slowly: plain loops over plain records, read straight from the definitions.

It shares nothing with the product but the shape of the events document, so that an agreement between the two means
something. Nothing here is fast and nothing is clever.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

Record = dict[str, Any]

STRENGTH = [
    "insurance",
    "tax",
    "registry",
    "business",
    "employment_registration",
    "contract",
    "visit",
    "phone",
    "self_report",
]
ACCEPTED_WORK = {"insurance", "business", "employment_registration", "contract"}
PROVES_TRADING = {"insurance", "tax", "visit", "phone"}
STRICT = {"insurance", "tax", "registry", "business", "employment_registration", "contract"}


def add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def six_places(value: Fraction | None) -> str | None:
    if value is None:
        return None
    millionths = (value * 1_000_000 + Fraction(1, 2)).__floor__()
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"


def ratio(numerator: int, denominator: int) -> Fraction | None:
    return Fraction(numerator, denominator) if denominator else None


def strongest(evidence: Iterable[str]) -> str:
    return min(evidence, key=STRENGTH.index)


@dataclass
class Case:
    """One case of a figure: is its window over, is the numerator's condition met, and what says so."""

    over: bool
    met: bool = False
    might: bool = True  # while running or unknown: may it still come to be met
    shut: bool = False
    known: bool = True
    amount: int = 1
    strict_amount: int | None = None
    evidence: list[str] = field(default_factory=list)

    def strict(self) -> int:
        if self.strict_amount is not None:
            return self.strict_amount
        return self.amount if any(one in STRICT for one in self.evidence) else 0


class Reference:
    """All figures of one events document, one day, one group."""

    def __init__(
        self,
        document: dict[str, list[Record]],
        as_of: date,
        *,
        known_only: bool = False,
        programme: str | None = None,
        region: str | None = None,
        by: str | None = None,
    ) -> None:
        self.d = as_of
        self.known_only = known_only
        self.programme = programme
        self.region = region
        self.by = by
        self.persons = {person["id"]: person for person in document["persons"]}
        self.classes = {one["id"]: self._dates(one, "start", "end", "appraisal") for one in document["classes"]}
        self.all_enrolments = [self._enrolment(one) for one in document["enrolments"]]
        self.spells = [one for one in map(self._spell, document["spells"]) if one]
        self.firms = [one for one in map(self._firm, document["firms"]) if one]
        self.headcounts = [one for one in map(self._headcount, document["headcounts"]) if one]

    # What is known on the day

    def _dates(self, record: Record, *names: str) -> Record:
        return record | {name: date.fromisoformat(record[name]) if record[name] else None for name in names}

    def _known(self, day: date | None, recorded_on: date | None = None) -> bool:
        if day is None or day > self.d:
            return False
        return not (self.known_only and recorded_on is not None and recorded_on > self.d)

    def _enrolment(self, record: Record) -> Record:
        days = ("withdrawn_on", "completed_on", "passed_on", "certified_on")
        one = self._dates(record, "enrolled_on", *days)
        for name in days:
            if not self._known(one[name]):
                one[name] = None
        return one | {"class": self.classes[one["class"]], "person": self.persons[one["person"]]}

    def _spell(self, record: Record) -> Record | None:
        one = self._dates(record, "start", "end", "recorded_on", "end_recorded_on")
        if not self._known(one["end"], one["end_recorded_on"]):
            one["end"] = None
        return one if self._known(one["start"], one["recorded_on"]) else None

    def _firm(self, record: Record) -> Record | None:
        one = self._dates(record, "opened_on", "closed_on", "recorded_on", "close_recorded_on")
        if not self._known(one["closed_on"], one["close_recorded_on"]):
            one["closed_on"] = None
        return one if self._known(one["opened_on"], one["recorded_on"]) else None

    def _headcount(self, record: Record) -> Record | None:
        one = self._dates(record, "on", "recorded_on")
        return one if self._known(one["on"], one["recorded_on"]) else None

    # Who counts, and in which group

    def counts(self, enrolment: Record) -> bool:
        if enrolment["enrolled_on"] > self.d:
            return False
        withdrawn = enrolment["withdrawn_on"]
        return withdrawn is None or withdrawn > enrolment["class"]["start"] + timedelta(days=3)

    def in_scope(self, enrolment: Record) -> bool:
        if self.programme and enrolment["class"]["programme"] != self.programme:
            return False
        if not self.region:
            return True
        code = enrolment["class"]["region"]
        if self.region.endswith("0000"):
            return code[:2] == self.region[:2]
        if self.region.endswith("00"):
            return code[:4] == self.region[:4]
        return code == self.region

    def group_of(self, enrolment: Record, cohort_day: str) -> str | None:
        if self.by == "cohort":
            day = enrolment[cohort_day]
            return day.isoformat()[:7] if day else None
        if self.by in ("category", "sex"):
            return enrolment["person"][self.by]
        if self.by:
            return enrolment["class"][self.by]
        return None

    def groups(self, cohort_day: str) -> Iterator[tuple[Record, list[Record]]]:
        """Each group with its counted enrolments; without `by` one group of all."""
        counted = [one for one in self.all_enrolments if self.in_scope(one) and self.counts(one)]
        if not self.by:
            yield {}, counted
            return
        if self.by == "cohort":
            counted = [one for one in counted if one[cohort_day]]
        values = {self.group_of(one, cohort_day) for one in counted}
        for value in sorted(values, key=lambda value: (value is None, value)):
            yield {self.by: value}, [one for one in counted if self.group_of(one, cohort_day) == value]

    # Rows

    def rows(self) -> list[Record]:
        rows: list[Record] = []
        for group, enrolments in self.groups("completed_on"):
            if self.programme:
                group = group | {"programme": self.programme}
            rows += self.training_rows(group, enrolments)
            if self.programme in (None, "skills"):
                skills = [one for one in enrolments if one["class"]["programme"] == "skills"]
                rows += self.work_rows(group | {"programme": "skills"}, skills)
        if self.programme in (None, "startup"):
            for group, enrolments in self.groups("certified_on"):
                startup = [one for one in enrolments if one["class"]["programme"] == "startup"]
                rows += self.firm_rows(group | {"programme": "startup"}, startup)
        return rows

    def row(self, indicator: str, group: Record, **values: Any) -> Record:
        head = {"as_of": self.d.isoformat(), "known_only": self.known_only, "indicator": indicator, "group": group}
        return head | values

    def rate(self, indicator: str, group: Record, cases: list[Case], *, show: set[str] | None = None) -> Record:
        show = show or set()
        over = [case for case in cases if case.over]
        running = [case for case in cases if not case.over]
        met = [case for case in over if case.met]
        already = [case for case in running if case.met]
        numerator = sum(case.amount for case in met)
        row = self.row(
            indicator,
            group,
            numerator=numerator,
            denominator=len(over),
            value=six_places(ratio(numerator, len(over))),
            running=len(running),
        )
        if "bounds" in show:
            might = [case for case in cases if case.might and not (case.over and case.met)]
            row["worst"] = six_places(ratio(numerator + len(already), len(cases)))
            row["best"] = six_places(ratio(numerator + len(might), len(cases)))
        if "already" in show:
            row["running_already"] = len(already)
        if "shut" in show:
            row["running_already_closed"] = sum(case.shut for case in running)
            row["unknown"] = sum(not case.shut and not case.met for case in over)
        if "known" in show:
            row["firms_with_known_headcount"] = sum(case.known for case in over)
        if "evidence" in show:
            by_evidence: Counter[str] = Counter()
            for case in met:
                if case.amount and case.evidence:
                    by_evidence[strongest(case.evidence)] += case.amount
            row["by_evidence"] = dict(by_evidence)
            row["strict"] = sum(case.strict() for case in met)
        return row

    # Training, both programmes

    def training_rows(self, group: Record, enrolments: list[Record]) -> Iterator[Record]:
        completion = [
            Case(
                over=one["class"]["end"] <= self.d,
                met=one["class"]["end"] <= self.d and one["completed_on"] is not None,
                might=one["class"]["end"] > self.d and one["withdrawn_on"] is None,
            )
            for one in enrolments
        ]
        yield self.rate("completion", group, completion, show={"bounds"})

        appraised = [
            one for one in enrolments if one["class"]["end"] <= self.d and one["class"]["appraisal"] <= self.d
        ]
        completed = [one for one in appraised if one["completed_on"]]
        passed = [one for one in completed if one["passed_on"]]
        waiting = [one for one in enrolments if one["completed_on"] and one["class"]["appraisal"] > self.d]
        cases = [Case(over=True, met=bool(one["passed_on"])) for one in completed]
        yield self.rate("pass_rate", group, cases + [Case(over=False) for _ in waiting])
        cases = [Case(over=True, met=bool(one["completed_on"] and one["passed_on"])) for one in appraised]
        yield self.rate("pass_rate_enrolled", group, cases)
        cases = [Case(over=True, met=bool(one["certified_on"])) for one in passed]
        yield self.rate("certification_rate", group, cases)

    # One person, one case a year

    def once_a_year(self, enrolments: Iterable[Record], day: str) -> list[Record]:
        kept: dict[tuple[str, str, int], Record] = {}
        for one in sorted(enrolments, key=lambda one: (one[day], one["class"]["id"])):
            kept.setdefault((one["person"]["id"], one["class"]["programme"], one[day].year), one)
        return list(kept.values())

    # Skills

    def accepted(self, person: str) -> list[Record]:
        return [one for one in self.spells if one["person"] == person and one["evidence"] in ACCEPTED_WORK]

    def work_rows(self, group: Record, enrolments: list[Record]) -> Iterator[Record]:
        completers = self.once_a_year((one for one in enrolments if one["completed_on"]), "completed_on")
        for name, chosen in (
            ("completed", completers),
            ("passed", [one for one in completers if one["passed_on"]]),
        ):
            cases = [self.reemployment_case(one) for one in chosen]
            yield self.rate(f"reemployment_6m_of_{name}", group, cases, show={"bounds", "already", "evidence"})
        for months in (6, 12):
            for name, holds in (("on_the_day", self.on_the_day), ("continuous", self.continuous)):
                cases = list(self.retention_cases(completers, months, holds))
                yield self.rate(f"retention_{months}m_{name}", group, cases, show={"evidence"})

    def starts_in_window(self, enrolment: Record) -> list[Record]:
        completed = enrolment["completed_on"]
        until = add_months(completed, 6)
        return [one for one in self.accepted(enrolment["person"]["id"]) if completed < one["start"] <= until]

    def reemployment_case(self, enrolment: Record) -> Case:
        starts = self.starts_in_window(enrolment)
        over = add_months(enrolment["completed_on"], 6) <= self.d
        return Case(over=over, met=bool(starts), might=not over, evidence=[one["evidence"] for one in starts])

    def retention_cases(
        self, completers: list[Record], months: int, holds: Callable[[list[Record], date, date], bool]
    ) -> Iterator[Case]:
        for enrolment in completers:
            starts = [one["start"] for one in self.starts_in_window(enrolment)]
            if not starts:
                continue
            first = min(starts)
            day = add_months(first, months)
            if day > self.d:
                yield Case(over=False)
                continue
            spells = self.accepted(enrolment["person"]["id"])
            covering = [one for one in spells if self.covers(one, day)]
            yield Case(over=True, met=holds(spells, first, day), evidence=[one["evidence"] for one in covering])

    def covers(self, spell: Record, day: date) -> bool:
        return spell["start"] <= day and (spell["end"] is None or day <= spell["end"])

    def on_the_day(self, spells: list[Record], first: date, day: date) -> bool:
        return any(self.covers(one, day) for one in spells)

    def continuous(self, spells: list[Record], first: date, day: date) -> bool:
        """Walks every single day: slow, and impossible to get wrong by one."""
        if not self.on_the_day(spells, first, day):
            return False
        idle = 0
        today = first
        while today <= day:
            idle = 0 if any(self.covers(one, today) for one in spells) else idle + 1
            if idle > 30:
                return False
            today += timedelta(days=1)
        return True

    # Startup

    def firms_of(self, person: str) -> list[Record]:
        return [one for one in self.firms if one["owner"] == person]

    def firm_rows(self, group: Record, enrolments: list[Record]) -> Iterator[Record]:
        certified = [one for one in enrolments if one["certified_on"]]
        beginners = self.once_a_year((one for one in certified if self.may_open(one)), "certified_on")
        for months in (3, 6):
            cases = [self.opening_case(one, months) for one in beginners]
            yield self.rate(f"open_rate_{months}m", group, cases, show={"bounds", "already", "evidence"})

        first: dict[str, date] = {}
        for one in certified:
            person = one["person"]["id"]
            first[person] = min(one["certified_on"], first.get(person, date.max))
        firms = [one for one in self.firms if one["owner"] in first and one["opened_on"] > first[one["owner"]]]
        yield self.rate("survival_12m", group, [*map(self.survival_case, firms)], show={"bounds", "shut", "evidence"})
        yield self.kaplan_meier(group, firms)
        for name in ("employees", "insured"):
            cases = [self.jobs_case(one, name) for one in firms]
            yield self.rate(f"jobs_per_firm_{name}", group, cases, show={"known", "evidence"})

    def may_open(self, enrolment: Record) -> bool:
        day = enrolment["certified_on"]
        return enrolment["class"]["module"] in ("GYB", "SYB") and not any(
            one["opened_on"] <= day and not (one["closed_on"] and one["closed_on"] <= day)
            for one in self.firms_of(enrolment["person"]["id"])
        )

    def opening_case(self, enrolment: Record, months: int) -> Case:
        certified = enrolment["certified_on"]
        until = add_months(certified, months)
        opened = [
            one["evidence"]
            for one in self.firms_of(enrolment["person"]["id"])
            if certified < one["opened_on"] <= until
        ]
        return Case(over=until <= self.d, met=bool(opened), might=until > self.d, evidence=opened)

    def counts_of(self, firm: Record) -> list[Record]:
        return [one for one in self.headcounts if one["firm"] == firm["id"]]

    def survival_case(self, firm: Record) -> Case:
        anniversary = add_months(firm["opened_on"], 12)
        shut = firm["closed_on"] is not None
        proofs = [
            one["evidence"]
            for one in self.counts_of(firm)
            if one["evidence"] in PROVES_TRADING and one["on"] >= anniversary
        ]
        outlived = shut and firm["closed_on"] > anniversary
        over = anniversary <= self.d
        met = outlived or (not shut and bool(proofs))
        evidence = proofs + ([firm["evidence"]] if outlived else [])
        return Case(over=over, met=over and met, might=not shut, shut=shut, evidence=evidence)

    def jobs_case(self, firm: Record, name: str) -> Case:
        anniversary = add_months(firm["opened_on"], 12)
        over = anniversary <= self.d
        if firm["closed_on"] and firm["closed_on"] <= anniversary:
            return Case(over=over, met=True, amount=0, strict_amount=0)
        column = "people" if name == "employees" else "insured_employees"
        counts = [one for one in self.counts_of(firm) if one["on"] <= anniversary and one[column] is not None]
        strict = [one for one in counts if one["evidence"] in STRICT]
        last, last_strict = self.last_count(counts), self.last_count(strict)
        return Case(
            over=over,
            met=True,
            known=last is not None,
            amount=self.staff(last, name),
            strict_amount=self.staff(last_strict, name),
            evidence=[last["evidence"]] if last else [],
        )

    def last_count(self, counts: list[Record]) -> Record | None:
        """Of several on one day the best evidenced."""
        return min(counts, key=lambda one: (-one["on"].toordinal(), STRENGTH.index(one["evidence"])), default=None)

    def staff(self, count: Record | None, name: str) -> int:
        if count is None:
            return 0
        if name == "insured":
            return count["insured_employees"]
        return max(0, count["people"] - (1 if count["owner_included"] else 0))

    def kaplan_meier(self, group: Record, firms: list[Record]) -> Record:
        lives = [((one["closed_on"] or self.d) - one["opened_on"], one["closed_on"] is not None) for one in firms]
        value = Fraction(1)
        for day in sorted({life for life, shut in lives if shut}):
            if day <= timedelta(days=365):
                at_risk = sum(life >= day for life, _ in lives)
                value *= 1 - Fraction(sum(life == day and shut for life, shut in lives), at_risk)
        return self.row(
            "kaplan_meier_365d",
            group,
            firms=len(firms),
            closed=sum(shut for _, shut in lives),
            value=six_places(value) if firms else None,
        )
