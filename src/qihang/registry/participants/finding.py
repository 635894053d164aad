"""Finding a person by what an officer has in hand: the number on a card, or a name and a county. Each look is kept."""

from django.db.models import Q

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.privacy import blind_index, note_look
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.services import everyone_of, find_person
from qihang.registry.reference.identity import explain, parse_resident
from qihang.registry.reference.scope import region_q

# More people of one name in one county than an officer can tell apart by birth date and masked number.
MOST = 50


def find_by_identity(*, actor: Actor, text: str) -> Person:
    """The person of a number as somebody types it, written down as a look. DomainError says what is wrong with it."""
    number = parse_resident(text, on=clock.today())
    if number.normalised is None:
        raise DomainError(str(explain(number.verdict)), field="identity")
    person = find_person(actor=actor, identity_no=number.normalised)
    note_look(actor=actor, obj=person, field="identity_no", reason="凭身份证号查人")
    return person


def find_by_name(*, actor: Actor, name: str, region: str) -> list[Person]:
    """People of exactly this name within the actor's sight; each look is kept.

    A place below the actor's own narrows them to who lives or is registered there, and to those of whom a roster told
    neither. DomainError where there are too many to show.
    """
    index = blind_index(Person, "name_index", name)
    rows = Person.objects.visible_to(actor).filter(name_index=index, merged_into__isnull=True)
    if region != actor.region:
        nowhere = Q(hukou_region=None, residence_region=None)
        rows = rows.filter(nowhere | region_q("hukou_region", region) | region_q("residence_region", region))
    people = list(rows.order_by("birth_date", "pk").distinct()[: MOST + 1])
    if len(people) > MOST:
        raise DomainError(f"叫这个名字的超过 {MOST} 人，请改用身份证号查", field="name")
    for person in people:
        note_look(actor=actor, obj=person, field="name", reason="按姓名查人")
    return people


def kept_of_person(person: Person) -> dict[str, list[int]]:
    """What the register keeps of a person, under whichever of their records: model label -> ids, as `looks_at` asks."""
    ids = everyone_of(person)
    categories = PersonCategory.objects.filter(person__in=ids).values_list("pk", flat=True)
    return {Person._meta.label_lower: ids, PersonCategory._meta.label_lower: list(categories)}
