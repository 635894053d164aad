"""Which things are put to public notice: each app says what its lists hold, and hears of objections and of the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qihang.foundation.core.ports import Port

if TYPE_CHECKING:
    from qihang.foundation.notices.models import Notice, Objection


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One person or organisation on a list, as the owner knows it; masking is done here, when the notice opens.

    `subject` and `subject_id` name the row's thing (an enrolment, a claim), so that an objection finds it; `cells` are
    the further columns, with nothing personal in them.
    """

    subject: str
    subject_id: int
    name: str
    identity: str = ""
    cells: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A small table above the list: sums by class, by institution. Nothing personal."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NoticeContent:
    """What is published of one thing."""

    rows: Sequence[PublishedRow]
    summary: Summary | None = None


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A kind of notice: `columns` head the cells after name and identity number, `grounds` are what one may object.

    `days` is the parameter that says how many working days it stays up.
    """

    kind: str
    label: str
    content: Callable[["Notice"], NoticeContent]
    columns: Sequence[str] = ()
    grounds: Sequence[tuple[str, str]] = field(default=(("other", "别的"),))
    days: str = "notice.days"


notice_kinds: Port[NoticeKind] = Port("notice_rows")
# Called in the transaction that takes the objection in: to hold the one thing in doubt, to tell an inspector.
objection_received: Port[Callable[["Objection"], None]] = Port("objection_received")
# Called in the transaction that ends the window.
notice_closed: Port[Callable[["Notice"], None]] = Port("notice_closed")


def register_notice(kind: NoticeKind) -> None:
    """Declare a kind of notice. Call it in `AppConfig.ready()`."""
    notice_kinds.register(kind.kind, kind)
