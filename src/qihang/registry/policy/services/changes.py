"""What a value would change, before anybody puts it in force or takes it back."""

import datetime as dt
from dataclasses import dataclass

from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError
from qihang.registry.policy.engine.parameters import NATION, ParameterBook, ParameterRow, by_from_text
from qihang.registry.policy.models import Decision, Parameter
from qihang.registry.policy.querysets import region_chain
from qihang.registry.policy.rules import EDITIONS
from qihang.registry.policy.services.parameters import check_follows, overlapping
from qihang.registry.reference.scope import region_code_q

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """A draft beside what holds at its place without it.

    `before` holds there on the draft's first day, `afterwards` on the day after its last (None without such a day, or
    where nothing holds). `ends` are the place's own values that would end the day before. `decided` counts standing
    decisions for days that it covers: they keep the old value. `refusal` says why it could not be put in force now.
    """

    before: ParameterRow | None
    afterwards: ParameterRow | None
    ends: tuple[Parameter, ...]
    decided: int
    refusal: DomainError | None


def change_of(draft: Parameter) -> ParameterChange:
    """The change that a draft, stored or not, would make as things stand."""
    own = list(overlapping(draft))
    book = Parameter.objects.book([draft.key])
    return ParameterChange(
        before=_holding(book, draft, draft.valid_from),
        afterwards=_holding(book, draft, draft.valid_to + _DAY) if draft.valid_to else None,
        ends=tuple(own),
        decided=_decided(draft),
        refusal=_refusal(own, draft),
    )


def left_without(value: Parameter) -> ParameterRow | None:
    """What would hold in place of a confirmed value taken back: today, or on the day it begins if that is later."""
    others = [row for row in Parameter.objects.book([value.key]).rows(value.key) if row.id != value.pk]
    book = ParameterBook(others, region_chain)
    return _holding(book, value, max(value.valid_from, clock.today()))


def _holding(book: ParameterBook, value: Parameter, on: dt.date) -> ParameterRow | None:
    return book.lookup(value.key, region=value.region, on=on, by=by_from_text(value.by))


def _decided(draft: Parameter) -> int:
    benefits = [rule.benefit for rule in EDITIONS if any(need.key == draft.key for need in rule.needs)]
    made = Decision.objects.standing().filter(benefit__in=benefits, on__gte=draft.valid_from)
    if draft.valid_to:
        made = made.filter(on__lte=draft.valid_to)
    return (made if draft.region == NATION else made.filter(region_code_q("region", draft.region))).count()


def _refusal(own: list[Parameter], draft: Parameter) -> DomainError | None:
    try:
        for before in own:
            check_follows(before, draft)
    except DomainError as refusal:
        return refusal
    return None
