"""A notice as an official paper, with the whole of its list."""

from qihang.foundation.core.errors import DomainError
from qihang.foundation.documents.papers import Column, Letter, Table
from qihang.foundation.notices.models import Notice

_LIST_HEAD = (Column(title="序号", align="right"), Column(title="姓名", width=1), Column(title="身份证号", width=2))


def letter_of(notice: Notice, *, sample: bool = False) -> Letter:
    """The paper of an open notice. DomainError before and after its window: names are not printed then."""
    if notice.opens_on is None or not notice.takes_objections:
        raise DomainError("不在公示期，名单不能打印", code="notice.not_open")
    columns = (*_LIST_HEAD, *(Column(title=title, width=1) for title in notice.columns))
    names = Table(columns=columns, rows=[row.shown for row in notice.published_rows], caption="名单")
    return Letter(
        title=notice.title,
        issuer=notice.issuer,
        issued_on=notice.opens_on,
        number=notice.number,
        paragraphs=[line for line in notice.body.splitlines() if line.strip()],
        tables=[*_summary(notice), names],
        contact=f"监督电话 {notice.contact}" if notice.contact else "",
        sample=sample,
    )


def _summary(notice: Notice) -> list[Table]:
    if not notice.summary:
        return []
    columns = [Column(title=title, width=1) for title in notice.summary["columns"]]
    return [Table(columns=columns, rows=notice.summary["rows"], total=notice.summary["total"], caption="汇总")]
