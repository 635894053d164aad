"""Jobs carry ids, not people: what looks like an identity or mobile number is kept out of rows and logs."""

import re
from typing import Any

_NUMBERS = re.compile(
    r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])"  # identity number
    r"|(?<![0-9A-Za-z-])1[3-9]\d{9}(?![0-9A-Za-z-])"  # mobile number
)


def refuse_personal(value: Any, where: str) -> None:
    """ValueError when a text within the JSON `value` holds such a number: the calling code is at fault."""
    if isinstance(value, str):
        if _NUMBERS.search(value):
            raise ValueError(f"a job's {where} carries ids, never personal numbers")
    elif isinstance(value, dict):
        for key, item in value.items():
            refuse_personal(key, where)
            refuse_personal(item, where)
    elif isinstance(value, (list, tuple)):
        for item in value:
            refuse_personal(item, where)


def strip_personal(text: str) -> str:
    """`text` with such numbers blotted out, for a log."""
    return _NUMBERS.sub("[号码]", text)
