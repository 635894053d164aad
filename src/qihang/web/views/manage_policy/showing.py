"""Values, spans and changes as these pages show them."""

import datetime as dt
from typing import Any

from qihang.foundation.core import clock
from qihang.foundation.core.models import TransitionLog
from qihang.registry.policy.engine.parameters import ParameterRow
from qihang.registry.policy.models import Parameter
from qihang.registry.policy.services import ParameterChange
from qihang.registry.policy.words import place_name, text_of
from qihang.web.formats import full_date, short_moment
from qihang.web.parts import Event

_NOTHING = "没有值"


def span_text(first: dt.date, last: dt.date | None) -> str:
    """From which day to which."""
    return f"{full_date(first)}至{full_date(last)}" if last else f"{full_date(first)}起"


def row_values(row: ParameterRow) -> dict[str, Any]:
    """A value in force, for a list."""
    return {
        "value": text_of(row.spec, row.value),
        "place": place_name(row.region),
        "span": span_text(row.valid_from, row.valid_to),
        "law": row.law,
        "mark": row.verified,
    }


def change_values(draft: Parameter, change: ParameterChange) -> dict[str, Any]:
    """A draft beside what it replaces."""
    before, today = change.before, clock.today()
    return {
        "draft": draft,
        "span": span_text(draft.valid_from, draft.valid_to),
        "before": row_values(before) if before else None,
        "inherited": bool(before and before.region != draft.region),
        "same": bool(before and text_of(before.spec, before.value) == draft.value_text),
        "ends": change.ends,
        "eve": draft.valid_from - dt.timedelta(days=1),
        "afterwards": _holds(change.afterwards) if draft.valid_to else "",
        "is_past": draft.valid_from < today,
        "decided": change.decided,
        "refusal": change.refusal,
    }


def holds_text(row: ParameterRow | None) -> str:
    """What takes over at a place when a value of its own is gone."""
    return f"改用{place_name(row.region)}的值：{text_of(row.spec, row.value)}" if row else _NOTHING


def _holds(row: ParameterRow | None) -> str:
    return text_of(row.spec, row.value) if row else _NOTHING


def events_of(logs: list[TransitionLog], seals: dict[str, str]) -> list[Event]:
    """The history of a value, with the seals of its decisions."""
    return [
        Event(
            title=log.label,
            when=short_moment(log.at),
            who="，".join(filter(None, (log.user_label, log.organization_label))),
            why=log.comment,
            seal=seals.get(log.transition, ""),
        )
        for log in logs
    ]
