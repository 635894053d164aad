"""Random events documents, crowded around the days on which a definition turns: month ends, the last day of a window,
the 30th day of a gap, the day of an anniversary. They are well formed, and often unlikely."""

import random
from datetime import date, timedelta
from typing import Any

from tests.oversight.indicators.reference import STRENGTH, add_months

Record = dict[str, Any]
Document = dict[str, list[Record]]

REGIONS = ["460101", "460106", "460200", "460400", "469005"]
CATEGORIES = ["registered_unemployed", "hard_to_employ", "rural_transfer", None]
FIRST_DAY = date(2024, 11, 15)


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


class Generator:
    def __init__(self, seed: int, *, people: int, classes: int) -> None:
        self.random = random.Random(seed)
        self.persons = [self.person(f"P{number:06d}") for number in range(people)]
        self.classes = [self.training_class(f"K{number:04d}") for number in range(classes)]
        self.enrolments: list[Record] = []
        self.spells: list[Record] = []
        self.firms: list[Record] = []
        self.headcounts: list[Record] = []
        for person in self.persons:
            self.life(person["id"])

    def document(self) -> Document:
        tables = ("persons", "classes", "enrolments", "spells", "firms", "headcounts")
        return {table: getattr(self, table) for table in tables}

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def near(self, day: date, spread: int = 1) -> date:
        return day + timedelta(days=self.random.randint(-spread, spread))

    def recorded(self, day: date | None) -> str | None:
        if day is None or self.chance(0.1):
            return None
        return iso(day + timedelta(days=self.random.choice([0, 0, 3, 20, 45])))

    def person(self, number: str) -> Record:
        sex = self.random.choice(["female", "male"])
        return {"id": number, "sex": sex, "category": self.random.choice(CATEGORIES)}

    def training_class(self, number: str) -> Record:
        programme = self.random.choice(["skills", "startup"])
        start = FIRST_DAY + timedelta(days=self.random.randint(0, 420))
        end = start + timedelta(days=self.random.randint(0, 40))
        if self.chance(0.4):
            end = max(start, end.replace(day=1) - timedelta(days=1))
        return {
            "id": number,
            "programme": programme,
            "module": self.random.choice(["GYB", "SYB", "SYB", "IYB", None]) if programme == "startup" else None,
            "region": self.random.choice(REGIONS),
            "institution": self.random.choice(["I1", "I2", "I3"]),
            "occupation": self.random.choice(["4-10-01-06", "4-03-02-01"]) if programme == "skills" else None,
            "start": iso(start),
            "end": iso(end),
            "appraisal": iso(end + timedelta(days=self.random.choice([0, 3, 30]))),
        }

    def life(self, person: str) -> None:
        days: list[date] = []
        for training_class in self.random.sample(
            self.classes, k=min(self.random.choice([1, 1, 2, 4]), len(self.classes))
        ):
            enrolment = self.enrolment(person, training_class)
            self.enrolments.append(enrolment)
            days += [date.fromisoformat(enrolment[day]) for day in ("completed_on", "certified_on") if enrolment[day]]
        days = days or [FIRST_DAY + timedelta(days=self.random.randint(0, 300))]
        for _ in range(self.random.choice([0, 1, 2, 4])):
            self.spell(person, days)
        for _ in range(self.random.choice([0, 0, 1, 2])):
            self.firm(person, days)

    def enrolment(self, person: str, training_class: Record) -> Record:
        start, end = (date.fromisoformat(training_class[day]) for day in ("start", "end"))
        appraisal = date.fromisoformat(training_class["appraisal"])
        withdrawn = start + timedelta(days=self.random.choice([-1, 2, 3, 4, 9])) if self.chance(0.25) else None
        completed = None if withdrawn and self.chance(0.9) else self.near(end, self.random.choice([0, 0, 0, 3]))
        if self.chance(0.1):
            completed = None
        passed = self.near(appraisal) if self.chance(0.8 if completed else 0.15) else None
        certified = (passed or appraisal) + timedelta(days=self.random.choice([0, 7, 31]))
        return {
            "person": person,
            "class": training_class["id"],
            "enrolled_on": iso(start - timedelta(days=self.random.choice([0, 1, 10, -2]))),
            "withdrawn_on": iso(withdrawn),
            "completed_on": iso(completed),
            "appraised": [iso(appraisal)] if passed else [],
            "passed_on": iso(passed),
            "certified_on": iso(certified) if self.chance(0.85 if passed else 0.05) else None,
        }

    def spell(self, person: str, days: list[date]) -> None:
        start = self.near(add_months(self.random.choice(days), self.random.choice([-2, 0, 0, 1, 3, 6, 6, 12])))
        for _ in range(self.random.choice([1, 1, 2, 3])):
            length = self.random.choice([0, 20, 90, 150, 181, 184, 365])
            end = None if self.chance(0.3) else start + timedelta(days=length)
            self.spells.append(
                {
                    "person": person,
                    "start": iso(start),
                    "end": iso(end),
                    "evidence": self.random.choice(STRENGTH),
                    "employer": self.random.choice(["E1", "E2", None]),
                    "recorded_on": self.recorded(start),
                    "end_recorded_on": self.recorded(end),
                }
            )
            # The next spell leaves a gap of about 30 full days, or none, or overlaps.
            start = (end or start + timedelta(days=60)) + timedelta(days=self.random.choice([-5, 1, 30, 31, 32, 33]))

    def firm(self, owner: str, days: list[date]) -> None:
        opened = self.near(add_months(self.random.choice(days), self.random.choice([-1, 0, 0, 1, 3, 6])))
        year_on = add_months(opened, 12)
        closed = self.random.choice(
            [None, None, opened, self.near(year_on), opened + timedelta(days=self.random.randint(1, 500))]
        )
        number = f"F{len(self.firms):06d}"
        self.firms.append(
            {
                "id": number,
                "owner": owner,
                "opened_on": iso(opened),
                "closed_on": iso(closed),
                "evidence": self.random.choice(STRENGTH),
                "recorded_on": self.recorded(opened),
                "close_recorded_on": self.recorded(closed),
            }
        )
        for _ in range(self.random.choice([0, 1, 3, 5])):
            on = self.random.choice([self.near(year_on), opened + timedelta(days=self.random.randint(0, 430))])
            self.headcounts.append(
                {
                    "firm": number,
                    "on": iso(on),
                    "people": self.random.choice([0, 1, 2, 5, None]),
                    "owner_included": self.chance(0.3),
                    "insured_employees": self.random.choice([0, 1, 2, None]),
                    "evidence": self.random.choice(STRENGTH),
                    "recorded_on": self.recorded(on),
                }
            )


def random_document(seed: int, *, people: int = 40, classes: int = 9) -> Document:
    return Generator(seed, people=people, classes=classes).document()


def turning_days(document: Document) -> list[date]:
    """Days on which some window of the document is just about to close, closes, or has just closed."""
    days = {date.fromisoformat(one[day]) for one in document["classes"] for day in ("start", "end", "appraisal")}
    for enrolment in document["enrolments"]:
        for day in (enrolment["completed_on"], enrolment["certified_on"]):
            if day:
                days |= {add_months(date.fromisoformat(day), months) for months in (0, 3, 6, 12)}
    days |= {add_months(date.fromisoformat(firm["opened_on"]), 12) for firm in document["firms"]}
    days |= {
        add_months(date.fromisoformat(spell["start"]), months) for spell in document["spells"] for months in (6, 12)
    }
    return sorted(days | {day + timedelta(days=shift) for day in days for shift in (-1, 1)})
