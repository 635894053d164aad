"""The events behind every figure, as six frames, and the document that carries them.

The document holds no name and no number of a person, so that it can be published and anyone can recompute what was
published. Figures are computed from `Events` alone: it does not matter whether they came from the database or a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import polars as pl

from qihang.foundation.core.errors import DomainError
from qihang.oversight.indicators.reading import load, tables_of
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
        """The events of the document in a file. DomainError, in Chinese and naming the place, for anything
        malformed."""
        return cls.from_document(load(Path(path)))

    @classmethod
    def from_document(cls, document: Any) -> Self:
        """The events of a document already parsed from JSON; the same refusals."""
        return cls(**tables_of(document))

    def write_json(self, path: Path | str) -> None:
        """Writes the document, one row a line, in the order of the frames. DomainError where it cannot be written."""
        try:
            with Path(path).open("w", encoding="utf-8") as file:
                file.writelines(self._lines())
        except OSError as error:
            raise DomainError(
                f"事件文件写不到“{path}”。请检查文件夹、权限和磁盘空间。", code="events.unwritable"
            ) from error

    def _lines(self) -> Iterator[str]:
        for at, table in enumerate(TABLES):
            yield "{\n" if at == 0 else ",\n"
            rows = self.table(table).select(pl.struct(names(table)).struct.json_encode()).to_series()
            yield f' "{table}": [\n' + ",\n".join(rows) + "\n ]"
        yield "\n}\n"
