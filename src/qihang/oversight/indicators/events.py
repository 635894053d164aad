"""The events behind every figure, as six frames, and the document that carries them.

The document holds no name and no number of a person, so that it can be published and anyone can recompute what was
published. Figures are computed from `Events` alone: it does not matter whether they came from the database or a file.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import polars as pl

from qihang.foundation.core.errors import DomainError
from qihang.oversight.indicators.reading import read_tables
from qihang.oversight.indicators.schema import TABLES, frame_schema, names


@dataclass(frozen=True, eq=False)
class Events:
    """One frame for each table of `schema.TABLES`, with exactly the columns and types of `schema.frame_schema`.

    persons: one row a person, with the category at the earliest counted enrolment. classes: planned days, and the
    region and institution that every group goes by. enrolments: one row a person and class. spells: work, one row an
    unbroken time with one employer by one evidence. firms: opening and shutting. headcounts: what a follow-up found.
    ValueError for a frame of another shape: it is the projection's fault, not a user's.
    """

    persons: pl.DataFrame
    classes: pl.DataFrame
    enrolments: pl.DataFrame
    spells: pl.DataFrame
    firms: pl.DataFrame
    headcounts: pl.DataFrame

    def __post_init__(self) -> None:
        for table in TABLES:
            expected, found = frame_schema(table), dict(self.table(table).schema)
            if found != expected:
                raise ValueError(f"{table}: expected columns {expected}, found {found}")

    def table(self, name: str) -> pl.DataFrame:
        frame: pl.DataFrame = getattr(self, name)
        return frame

    @classmethod
    def empty(cls) -> Self:
        return cls(**{table: pl.DataFrame(schema=frame_schema(table)) for table in TABLES})

    @classmethod
    def read_json(cls, path: Path | str) -> Self:
        """The events of a document. DomainError, in Chinese and naming the place, for anything malformed."""
        return cls(**read_tables(Path(path)))

    def write_json(self, path: Path | str) -> None:
        """Writes the document, one row a line, in the order of the frames. DomainError where it cannot be written."""
        try:
            with Path(path).open("w", encoding="utf-8") as file:
                file.writelines(self._lines())
        except OSError as error:
            raise DomainError(
                f"事件文件写不到“{path}”：{error.strerror}。请换一个位置。", code="events.unwritable"
            ) from error

    def _lines(self) -> Iterator[str]:
        for at, table in enumerate(TABLES):
            yield "{\n" if at == 0 else ",\n"
            rows = _as_text(self.table(table).select(names(table))).iter_rows(named=True)
            body = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
            yield f' "{table}": [\n{body}\n ]' if body else f' "{table}": []'
        yield "\n}\n"


def _as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Days as ISO text."""
    iso = "%Y-%m-%d"
    return frame.with_columns(
        pl.col(pl.Date).dt.to_string(iso),
        pl.col(pl.List(pl.Date)).list.eval(pl.element().dt.to_string(iso)),
    )
