"""What the larger components take: small frozen values that refuse a wrong variant where they are made.

A view builds these, a template hands them to the component of the same name (`docs/design/interface.md`).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

SEAL_MARKS = "准退核示付证荐保贷放缓撤"
SEAL_PENDING_MARKS = SEAL_MARKS + "审"


class Tone(StrEnum):
    """The six tones of a status (guide, section 4): never more, never a colour without words."""

    LINE = "line"  # draft
    WAIT = "wait"  # others are at work
    WARN = "warn"  # the reader has to act
    HOLD = "hold"  # in doubt, nothing refused
    OK = "ok"
    ERR = "err"


class Stage(StrEnum):
    """Where a step or an event stands."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"


class Outcome(StrEnum):
    """What a clause says: unknown waits for a person and is never a refusal."""

    PASSED = "ok"
    FAILED = "err"
    UNKNOWN = "hold"


class Rank(StrEnum):
    """Ranks of evidence, strongest first; which type of evidence has which rank is `indicators.md`'s."""

    FIRST = "甲"
    SECOND = "乙"
    THIRD = "丙"
    FOURTH = "丁"
    FIFTH = "戊"

    @property
    def number(self) -> int:
        return list(Rank).index(self) + 1


def check_seal(mark: str, stage: Stage) -> None:
    """A seal stands only for a decision with legal effect; 审 may stand while one is being made."""
    allowed = SEAL_MARKS if stage is Stage.DONE else SEAL_PENDING_MARKS
    if len(mark) != 1 or mark not in allowed:
        raise ValueError(f"no such seal: {mark!r}; known are {allowed}")


@dataclass(frozen=True, slots=True)
class Crumb:
    """One place on the way; the last one has no address."""

    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A tab above a list: an address with all its filters, and how many rows it holds."""

    label: str
    url: str
    count: int | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force; `url` is the same list without it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of a longer way, with its date rather than its name alone."""

    label: str
    note: str = ""
    stage: Stage = Stage.NEXT


# What stands at the head of a next step: nothing to do, something to read, something to do.
NOTHING_TO_DO = "现在没有要您办的事"
TO_READ = "有一件事要您看看"
ASKED = "有一件事请您办"


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do now: what it brings (`title`), how urgent (`head`), why, and the button.

    `posts`: the button is a form's, for what is written down when it is asked for. `more`: what else there is.
    """

    head: str
    title: str
    why: str
    action: str = ""
    url: str = ""
    posts: bool = False
    more: str = ""

    @property
    def tone(self) -> str:
        """Only what the person has to do is coloured as such."""
        return "calm" if self.head == NOTHING_TO_DO else "warn"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a history. `seal` only for decisions with legal effect; other acts are a dot.

    `when` and `who` are ready to read; `why` is the ground or the comment. Events run from early to late.
    """

    title: str
    when: str = ""
    who: str = ""
    why: str = ""
    seal: str = ""
    stage: Stage = Stage.DONE

    def __post_init__(self) -> None:
        if self.seal:
            check_seal(self.seal, self.stage)


@dataclass(frozen=True, slots=True)
class Rule:
    """A clause of a decision as a row: outcome, condition with its article, and what is the case here.

    `verdict` is the word shown (够, 不够, 在查 to a participant; 过, 1 人不过, 待核 to an officer). Participants are
    not shown `parameter`.
    """

    outcome: Outcome
    verdict: str
    condition: str
    actual: str
    article: str = ""
    article_url: str = ""
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceShare:
    """People counted by one rank of evidence."""

    rank: Rank
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled line on a scale, in per cent."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """0 to 100, never cut: the bar is the settled value, the red line the target, the bracket what is still open."""

    value: float
    target: float | None = None
    target_label: str = ""
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        for number in (self.value, self.target, self.low, self.high):
            if number is not None and not 0 <= number <= 100:
                raise ValueError(f"a scale runs from 0 to 100, not to {number}")
        if (self.low is None) != (self.high is None):
            raise ValueError("a range has two ends")


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator's card. `value` is ready to read (`63.0`), `fraction` names numerator, denominator and what is due.

    When nothing can be said as a ratio, `instead` takes the value's place (还没到期, 人太少，不显示) and there is no
    scale. `url` opens the people behind the number; leave it empty where the reader may not see them.
    """

    name: str
    fraction: str
    value: str = ""
    unit: str = "%"
    instead: str = ""
    verdict: str = ""
    tone: Tone = Tone.WAIT
    scale: Scale | None = None
    notes: Sequence[str] = ()
    url: str = ""

    def __post_init__(self) -> None:
        if bool(self.value) == bool(self.instead):
            raise ValueError("an indicator shows a value, or says why there is none")
        if self.instead and self.scale:
            raise ValueError("no scale without a value")


@dataclass(frozen=True, slots=True)
class Cohort:
    """People who finished in the same month, and how far their window has run.

    `rate` is a ratio between 0 and 1: the settled one, or, while the window is open, the part already in evidence.
    Whether a cohort is settled is the indicator's to say, not the drawing's. `half` is where three of six months end;
    `url` opens the people.
    """

    label: str
    people: int
    finished: dt.date
    due: dt.date
    rate: float | Decimal
    settled: bool
    half: dt.date | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A city or county on the tile map. `level` 0 (too few people) to 4 (on time); None where nothing is measured."""

    code: str
    label: str
    value: str
    url: str = ""
    level: int | None = None
    current: bool = False
    spoken: str = ""

    def __post_init__(self) -> None:
        if self.level is not None and not 0 <= self.level <= 4:
            raise ValueError(f"a tile's level is 0 to 4, not {self.level}")


@dataclass(frozen=True, slots=True)
class Gate:
    """One of the four gates of an import: column names, each cell, repeats in the file, the province's records."""

    title: str
    summary: str
    outcome: Outcome | None = None  # None while it is at work or waits
    done: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of an import preview. `mark` is empty, `e` (to mend), `q` (to confirm) or `a` (mended without loss)."""

    text: str
    mark: str = ""
    message: str = ""
    was: str = ""
    mono: bool = False
    selected: bool = False

    def __post_init__(self) -> None:
        if self.mark not in {"", "e", "q", "a"}:
            raise ValueError(f"no such cell mark: {self.mark!r}")
        if self.mark and not (self.message or self.was):
            raise ValueError("a marked cell says what is the matter")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of an import preview, by its number in the sheet."""

    number: int
    verdict: str
    tone: Tone
    cells: Sequence[Cell] = field(default_factory=tuple)
    url: str = ""
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """A long job as a page shows it. `done` of `total`; `total` 0 while it is not known yet."""

    title: str
    done: int = 0
    total: int = 0
    message: str = ""
    remaining: str = ""
    finished: bool = False
    failed: bool = False

    @property
    def share(self) -> int:
        """Whole per cent, never 100 before it is finished."""
        if self.finished:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0
