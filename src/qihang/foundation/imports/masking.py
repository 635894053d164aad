"""Values of personal cells as they may be shown: enough to find the cell in one's own file, not enough to copy the person."""

from __future__ import annotations

import enum
import re

_LONG_DIGITS = re.compile(r"\d(?:[ \-\u3000]?\d){9,}[\dXxＸｘ]?")  # \d takes full-width digits too
_HIDDEN = "*"


class Mask(enum.Enum):
    TEXT = "text"  # shown, but for any long number in it
    NUMBER = "number"  # identity, certificate, account: the first six and the last two
    PHONE = "phone"  # the last four


def masked(value: str, mask: Mask) -> str:
    text = value.strip()
    if mask is Mask.NUMBER:
        return hide(text, 6, 2)
    if mask is Mask.PHONE:
        return hide(text, 0, 4)
    return _LONG_DIGITS.sub(lambda found: hide(found.group(), 6, 2), value)


def hide(text: str, head: int, tail: int) -> str:
    """Stars in the middle; a text too short to hide half of it is starred whole."""
    if len(text) < (head + tail) * 3 // 2:
        return _HIDDEN * len(text)
    return text[:head] + _HIDDEN * (len(text) - head - tail) + text[len(text) - tail :]
