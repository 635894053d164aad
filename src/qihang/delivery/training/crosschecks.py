"""What the registers already say about people whose category an officer is about to confirm."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qihang.delivery.training.enums import IN_CLASS, OPEN_CLASSES
from qihang.delivery.training.imports.roster import ELSEWHERE, TOO_YOUNG_FOR_4050
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.imports.enums import Answer
from qihang.foundation.imports.models import ImportDecision
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.organizations.models import Membership
from qihang.registry.participants.enums import CategoryState
from qihang.registry.participants.imports import NAME_DIFFERS, PHONE_SHARED
from qihang.registry.participants.models import PersonCategory
from qihang.registry.participants.own_case import staff_among


@dataclass(frozen=True, slots=True)
class CrossFacts:
    """`confirmed` and `rejected` are codes of categories on the class's first day; `claimed` those only said.

    `other_classes` are names of open classes the person sits in within the reader's sight, `hidden_classes` how many
    more there are elsewhere in the province. `uses` counts training subsidies reserved or enjoyed for other cases.
    `doubts` is what the roster's check asked about this row and the institution said yes to.
    `staff` are the roles that the person has at the class's institution, `former_staff` those they only had.
    """

    confirmed: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    other_classes: tuple[str, ...] = ()
    hidden_classes: int = 0
    uses: int = 0
    staff: tuple[str, ...] = ()
    former_staff: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def cross_facts(
    *, actor: Actor, item: TrainingClass, places: Sequence[Enrolment], benefit: str
) -> dict[int, CrossFacts]:
    """By person id, what the registers say. A few queries, however many places."""
    persons = {place.person_id for place in places}
    said = _categories(persons, item)
    seen, hidden = _other_classes(actor, persons, item)
    uses = _uses(persons, places, benefit)
    staff = staff_among(persons, item.organization_id)
    doubts = _doubts(places)
    return {
        person: CrossFacts(
            confirmed=tuple(sorted(said[person, CategoryState.CONFIRMED])),
            rejected=tuple(sorted(said[person, CategoryState.REJECTED])),
            claimed=tuple(sorted(said[person, CategoryState.CLAIMED])),
            other_classes=tuple(seen[person]),
            hidden_classes=hidden[person],
            uses=uses[person],
            staff=_roles(staff.get(person, ()), ended=False),
            former_staff=_roles(staff.get(person, ()), ended=True),
            doubts=tuple(doubts[person]),
        )
        for person in persons
    }


def _roles(memberships: Sequence[Membership], *, ended: bool) -> tuple[str, ...]:
    """Their names, of roles that have ended by today or of those that have not."""
    today = clock.today()
    rows = [one for one in memberships if (one.ended_on is not None and one.ended_on <= today) is ended]
    return tuple(dict.fromkeys(one.get_role_display() for one in rows))


def _categories(persons: set[int], item: TrainingClass) -> dict[tuple[int, str], set[str]]:
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    rows = PersonCategory.objects.filter(person__in=among(persons)).on(item.start)
    for person, category, state in rows.values_list("person_id", "category", "state"):
        found[person, state].add(category)
    return found


def _other_classes(actor: Actor, persons: set[int], item: TrainingClass) -> tuple[dict[int, list[str]], Counter[int]]:
    rows: Any = Enrolment.objects.filter(
        person__in=among(persons), state__in=IN_CLASS, training_class__state__in=OPEN_CLASSES
    ).exclude(training_class=item)
    mine = set(rows.visible_to(actor).values_list("pk", flat=True))
    seen: dict[int, list[str]] = defaultdict(list)
    hidden: Counter[int] = Counter()
    for pk, person, name in rows.values_list("pk", "person_id", "training_class__name"):
        if pk in mine:
            seen[person].append(name)
        else:
            hidden[person] += 1
    return seen, hidden


def _uses(persons: set[int], places: Sequence[Enrolment], benefit: str) -> Counter[int]:
    own = [str(place.public_id) for place in places]
    rows = BenefitUse.objects.counted().filter(person__in=among(persons), benefit=benefit)
    rows = rows.exclude(source_ref__in=among(own, "text"))
    return Counter(rows.values_list("person_id", flat=True))


# Questions of the roster's check that an officer should know of; the others concern the sheet alone.
_DOUBTS = {
    TOO_YOUNG_FOR_4050.id: "名册写 4050，年龄不到，学校说没错",
    NAME_DIFFERS.id: "名册上的名字和登记的不同，学校说没错",
    PHONE_SHARED.id: "和别人填了同一个电话，学校说没错",
    ELSEWHERE.id: "导入时在别的班里，学校说没错",
}


def _doubts(places: Sequence[Enrolment]) -> dict[int, list[str]]:
    """By person id, what the institution said yes to when the rows of these places were brought in. One query."""
    person_at = {(str(place.source_id), place.roster_no): place.person_id for place in places if place.source_id}
    answers = ImportDecision.objects.filter(
        batch__public_id__in={source for source, _ in person_at}, rule__in=_DOUBTS
    ).order_by("pk")
    said: dict[tuple[int, str], bool] = {}
    for source, row, rule, answer in answers.values_list("batch__public_id", "row", "rule", "answer"):
        if person := person_at.get((str(source), row)):
            said[person, rule] = answer == Answer.YES
    found: dict[int, list[str]] = defaultdict(list)
    for (person, rule), yes in said.items():
        if yes:
            found[person].append(_DOUBTS[rule])
    return found
