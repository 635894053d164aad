"""Values of personal cells as they may be shown: enough to find the cell in one's own file, not enough to copy
the person.
"""

from __future__ import annotations

import enum
import re

from qihang.foundation.core import masks

_LONG_DIGITS = re.compile(r"\d(?:[ \-\u3000]?\d){9,}[\dXxＸｘ]?")  # \d takes full-width digits too
_SHORTEST_WITH_ENDS = 12  # a wrong number that is shorter would show nearly all of itself


class Mask(enum.Enum):
    """What a column holds, as far as showing it goes."""

    TEXT = "text"  # shown, but for any long number in it
    NAME = "name"
    NUMBER = "identity"  # identity or certificate
    PHONE = "phone"


def masked(value: str, mask: Mask) -> str:
    """`value` as a page, a report or a message may show it without a log line."""
    if mask is Mask.NAME and not _LONG_DIGITS.search(value):
        return masks.mask("name", value)
    if mask in (Mask.TEXT, Mask.NAME):  # a number that slipped into the column of names is a number
        return _LONG_DIGITS.sub(lambda found: _number(found.group()), value)
    return masks.mask("phone", value.strip()) if mask is Mask.PHONE else _number(value.strip())


def _number(text: str) -> str:
    return masks.mask("identity", text) if len(text) >= _SHORTEST_WITH_ENDS else "*" * len(text)
