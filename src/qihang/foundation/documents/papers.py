"""The papers that leave the house, as data. What one says is decided where it is issued; its looks, in templates."""

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

import segno

from qihang.foundation.documents.glyphs import has_rare
from qihang.foundation.documents.typesetting import render_many, render_pdf

Pair = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What every paper says: its title, who issues it, and on which day. `sample` marks demonstration data."""

    template: ClassVar[str]

    title: str
    issuer: str
    issued_on: dt.date
    sample: bool = False

    def data(self) -> dict[str, Any]:
        """The fields as the template reads them."""
        day = self.issued_on
        return {
            **asdict(self),
            "issued_on": day.isoformat(),
            "date_text": f"{day.year} 年 {day.month} 月 {day.day} 日",
        }

    def render(self) -> bytes:
        """The PDF. See typesetting.render_pdf."""
        return render_pdf(self.template, self.data())


@dataclass(frozen=True, kw_only=True)
class Certificate(Paper):
    """One page in landscape, with a code that leads to its public check.

    `identity` is masked already; `statement` is the sentence after the name; `fields` are up to eight pairs such as
    ("职业", "家政服务员").
    """

    template: ClassVar[str] = "certificate"

    number: str
    name: str
    identity: str
    statement: str
    fields: Sequence[Pair]
    verify_url: str

    def data(self) -> dict[str, Any]:
        return {**super().data(), "qr": qr_svg(self.verify_url), "rare_name": has_rare(self.name)}


@dataclass(frozen=True, kw_only=True)
class CertificateBook(Paper):
    """Many certificates in one file, one a page, in the order given; `number` names the file's contents."""

    template: ClassVar[str] = "certificate"

    number: str
    papers: Sequence[Certificate]

    def data(self) -> dict[str, Any]:
        return {**super().data(), "papers": [paper.data() for paper in self.papers]}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table: `width` is its share of the line, 0 for as wide as its cells need."""

    title: str
    align: Literal["left", "right", "center"] = "left"
    width: float = 0


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of text under columns; `total` is a last row in bold, or empty. `size` is the letters' size in points."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] = ()
    caption: str = ""
    size: float = 10.5

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in (*self.rows, *((self.total,) if self.total else ()))):
            raise ValueError("a row has not as many cells as the table has columns")


@dataclass(frozen=True, kw_only=True)
class Letter(Paper):
    """An official paper (公文): a notice, a decision, a reply. `number` is its 文号."""

    template: ClassVar[str] = "letter"

    number: str
    paragraphs: Sequence[str]
    addressee: str = ""
    tables: Sequence[Table] = field(default_factory=tuple)
    closing: Sequence[str] = ()
    contact: str = ""


@dataclass(frozen=True, kw_only=True)
class Roster(Paper):
    """A wide list, in landscape, with pairs above that say of what."""

    template: ClassVar[str] = "roster"

    fields: Sequence[Pair]
    table: Table
    contact: str = ""


def render_papers(papers: Iterable[Paper]) -> Iterator[bytes]:
    """The PDFs of many papers of one kind, in order. Nothing for none."""
    waiting = iter(papers)
    first = next(waiting, None)
    if first is None:
        return iter(())

    def all_data() -> Iterator[Mapping[str, Any]]:
        yield first.data()
        for paper in waiting:
            yield paper.data()

    return render_many(first.template, all_data())


def qr_svg(text: str) -> str:
    """A QR code as SVG, readable when a fifth of it is worn off."""
    target = io.BytesIO()
    segno.make(text, error="m", micro=False).save(target, kind="svg", border=0, dark="#16222b", xmldecl=False)
    return target.getvalue().decode()
