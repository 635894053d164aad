"""What the register and the apps around it hold of one person: for their page, and for two records side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from qihang.delivery.appraisal.models import Certificate
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.reference.identity import age_on
from qihang.web.formats import with_unit
from qihang.web.views.office.people_rows import category_label


@dataclass(frozen=True, slots=True)
class Held:
    """Rows of one kind that belong to a record: those the reader sees, and how many more there are elsewhere."""

    rows: Sequence[Any]
    hidden: int

    @property
    def count(self) -> int:
        return len(self.rows) + self.hidden


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the register with all that hangs on it. Numbers and names are masked where they are shown."""

    person: Person
    age: int
    has_account: bool
    aliases: int
    categories: list[tuple[PersonCategory, str]]
    places: Held
    certificates: Held
    works: Held
    uses: Sequence[BenefitUse]


def record_of(actor: Actor, person: Person) -> Record:
    """A dozen queries. Benefits are all shown: caps count them wherever they were had."""
    categories = PersonCategory.objects.visible_to(actor).filter(person=person).order_by("-valid_from", "-pk")
    uses = BenefitUse.objects.counted().filter(person=person).select_related("organization")
    return Record(
        person=person,
        age=age_on(person.birth_date, clock.today()),
        has_account=person.user_id is not None,
        aliases=person.aliases.count(),
        categories=[(row, category_label(row.category)) for row in categories],
        places=_held(actor, Enrolment, person, "training_class__organization"),
        certificates=_held(actor, Certificate, person, "occupation"),
        works=_held(actor, WorkSpell, person, "last_list"),
        uses=list(uses.order_by("-on", "-pk")),
    )


def _held(actor: Actor, model: Any, person: Person, related: str) -> Held:
    rows = model.objects.filter(person=person)
    seen = list(
        rows.filter(pk__in=model.objects.visible_to(actor).values("pk")).select_related(related).order_by("-pk")
    )
    return Held(seen, rows.count() - len(seen))


_COUNTED: tuple[tuple[str, str, Callable[[Record], int]], ...] = (
    ("班里的学籍", "个", lambda record: record.places.count),
    ("证书", "本", lambda record: record.certificates.count),
    ("人员类别", "条", lambda record: len(record.categories)),
    ("就业记录", "段", lambda record: record.works.count),
    ("待遇", "次", lambda record: len(record.uses)),
)


def moving(record: Record) -> list[str]:
    """What goes along when this record is merged into another, in words; [] where it holds nothing."""
    counted = [(name, unit, count(record)) for name, unit, count in _COUNTED]
    return [f"{name} {with_unit(number, unit)}" for name, unit, number in counted if number]
