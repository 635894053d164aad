"""How far the demo has come, told on the error stream so that an answer in JSON stays alone."""

import sys
import time
from typing import Protocol

_SECONDS_BETWEEN = 1.0  # no more lines than one can read


class Progress(Protocol):
    """Told what is being done and, where it can be counted, how many of how many (`of` what) are done."""

    def __call__(self, text: str, done: int = 0, total: int = 0, of: str = "人") -> None: ...


def silent(text: str, done: int = 0, total: int = 0, of: str = "人") -> None:
    """Tells nobody."""


class Printed:
    """A line for each new thing, and while it lasts one a second."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._text = ""
        self._last = 0.0

    def __call__(self, text: str, done: int = 0, total: int = 0, of: str = "人") -> None:
        now = time.monotonic()
        if text == self._text and done < total and now - self._last < _SECONDS_BETWEEN:
            return
        self._text, self._last = text, now
        count = f"：{done:,} / {total:,} {of}" if total else ""
        print(f"· {self._prefix}{text}{count}", file=sys.stderr, flush=True)
