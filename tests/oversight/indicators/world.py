"""Hand-made events for one small story at a time."""

from datetime import date
from typing import Any

from qihang.oversight.indicators.events import Events
from qihang.oversight.indicators.figures import Figure
from qihang.oversight.indicators.services import cases, compute

Record = dict[str, Any]


class World:
    """Starts with one skills class "K" and one startup class "S" (SYB), both of 3 to 28 March 2025, appraised on the
    31st, in region 460106 by institution I1. Persons come into being when they are first named."""

    def __init__(self) -> None:
        self.document: dict[str, list[Record]] = {
            table: [] for table in ("persons", "classes", "enrolments", "spells", "firms", "headcounts")
        }
        self.training_class("K")
        self.training_class("S", programme="startup", module="SYB", occupation=None)

    def training_class(self, number: str, **changes: Any) -> None:
        usual = {
            "programme": "skills",
            "module": None,
            "region": "460106",
            "institution": "I1",
            "occupation": "4-10-01-06",
            "start": "2025-03-03",
            "end": "2025-03-28",
            "appraisal": "2025-03-31",
        }
        self.document["classes"].append({"id": number} | usual | changes)

    def person(self, number: str, *, sex: str | None = "female", category: str | None = "rural_transfer") -> None:
        if all(person["id"] != number for person in self.document["persons"]):
            self.document["persons"].append({"id": number, "sex": sex, "category": category})

    def enrol(self, person: str = "P", into: str = "K", **days: Any) -> None:
        """Days by short names: withdrawn, completed, passed, certified, and `on` for the enrolment."""
        self.person(person)
        row = {"person": person, "class": into, "enrolled_on": days.pop("on", "2025-02-20"), "appraised": []}
        row |= {f"{name}_on": days.pop(name, None) for name in ("withdrawn", "completed", "passed", "certified")}
        assert not days
        self.document["enrolments"].append(row)

    def work(self, start: str, end: str | None = None, *, person: str = "P", **changes: Any) -> None:
        usual = {"evidence": "insurance", "employer": "E1", "recorded_on": None, "end_recorded_on": None}
        self.person(person)
        self.document["spells"].append({"person": person, "start": start, "end": end} | usual | changes)

    def firm(
        self, opened: str, closed: str | None = None, *, owner: str = "P", number: str = "F", **changes: Any
    ) -> None:
        usual = {"evidence": "registry", "recorded_on": None, "close_recorded_on": None}
        self.person(owner)
        row = {"id": number, "owner": owner, "opened_on": opened, "closed_on": closed}
        self.document["firms"].append(row | usual | changes)

    def count(self, on: str, people: int | None = 0, *, firm: str = "F", **changes: Any) -> None:
        usual = {"owner_included": False, "insured_employees": 0, "evidence": "visit", "recorded_on": None}
        self.document["headcounts"].append({"firm": firm, "on": on, "people": people} | usual | changes)

    @property
    def events(self) -> Events:
        return Events.from_document(self.document)

    def figures(self, as_of: str, **asked: Any) -> list[Figure]:
        return compute(self.events, as_of=date.fromisoformat(as_of), **asked)

    def figure(self, indicator: str, as_of: str, **asked: Any) -> Figure:
        """The only figure of that name."""
        (figure,) = [figure for figure in self.figures(as_of, **asked) if figure.indicator == indicator]
        return figure

    def rate(self, indicator: str, as_of: str, **asked: Any) -> tuple[int | None, int | None, int | None]:
        """Numerator, denominator, running."""
        figure = self.figure(indicator, as_of, **asked)
        return figure.numerator, figure.denominator, figure.running

    def cases(self, indicator: str, as_of: str, **asked: Any) -> list[Record]:
        return cases(self.events, indicator=indicator, as_of=date.fromisoformat(as_of), **asked).to_dicts()
