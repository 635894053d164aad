"""The events behind every figure, as six frames, and the document that carries them.

The document holds no name and no number of a person, so that it can be published and anyone can recompute what was
published. Figures are computed from `Events` alone: it does not matter whether they came from the database or a file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import polars as pl

from qihang.foundation.core.errors import DomainError
from qihang.oversight.indicators.reading import load, tables_of, targets_of
from qihang.oversight.indicators.schema import TABLES, frame_schema, names
from qihang.oversight.indicators.targets import Target


@dataclass(frozen=True, eq=False)
class Events:
    """One frame for each table of `schema.TABLES`, with exactly the columns and types of `schema.frame_schema`.

    persons: one row a person, with the category at the earliest counted enrolment. classes: planned days, and the
    region and institution that every group goes by. enrolments: one row a person and class. spells: work, one row an
    unbroken time with one employer by one evidence. firms: opening and shutting. headcounts: what a follow-up found.
    targets: what was to be reached in a year, where anybody has set it.
    ValueError for a frame of another shape: it is the projection's fault, not a user's.
    """

    persons: pl.DataFrame
    classes: pl.DataFrame
    enrolments: pl.DataFrame
    spells: pl.DataFrame
    firms: pl.DataFrame
    headcounts: pl.DataFrame
    targets: Sequence[Target] = ()

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
        return cls.of_tables({table: pl.DataFrame(schema=frame_schema(table)) for table in TABLES})

    @classmethod
    def read_json(cls, path: Path | str) -> Self:
        """The events of the document in a file. DomainError, in Chinese and naming the place, for anything
        malformed."""
        return cls.from_document(load(Path(path)))

    @classmethod
    def from_document(cls, document: Any) -> Self:
        """The events of a document already parsed from JSON; the same refusals."""
        events = cls.of_tables(tables_of(document))
        return replace(events, targets=[Target(**row) for row in targets_of(document)])

    @classmethod
    def of_tables(cls, tables: Mapping[str, pl.DataFrame]) -> Self:
        """The events of these six tables, without targets."""
        return cls(**{table: tables[table] for table in TABLES})  # type: ignore[arg-type]

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
        if self.targets:
            targets = (json.dumps(asdict(target), ensure_ascii=False) for target in self.targets)
            yield ',\n "targets": [\n' + ",\n".join(targets) + "\n ]"
        yield "\n}\n"
