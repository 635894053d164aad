"""Reading cases from a CSV file: the header names facts, each line is a case, an empty cell is an unknown fact."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from polars.exceptions import ComputeError

from qihang.registry.policy.engine.facts import Fact, FactDictionary, FactType

CASE, ON, REGION = "case", "on", "region"
_MOST_SHOWN = 20
_FIRST_ROW = 2  # the header is row 1, as a spreadsheet shows it


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One cell that is not what its column holds."""

    row: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        return f"第 {self.row} 行“{self.column}”：“{self.value}”不对，要填{self.expected}"


class UnreadableFile(ValueError):
    """The file cannot be taken as cases. The message is Chinese; `problems` names the cells, as far as there are."""

    def __init__(self, message: str, problems: Sequence[CellProblem] = ()) -> None:
        shown = "\n".join(str(problem) for problem in problems[:_MOST_SHOWN])
        more = f"\n还有 {len(problems) - _MOST_SHOWN} 处" if len(problems) > _MOST_SHOWN else ""
        super().__init__(f"{message}\n{shown}{more}".strip())
        self.problems = tuple(problems)


def read_cases(content: bytes, facts: FactDictionary) -> pl.DataFrame:
    """The cases of a CSV file, typed: `case` (text), `on` and `region` where the file has them, and every fact.

    UTF-8 and the GB encodings are read; a line with nothing on it is no case. UnreadableFile for an unknown column, a
    ragged line or a cell that does not hold what its column says.
    """
    raw = _raw_table(_decode(content))
    _check_columns(raw.columns, facts)
    raw = raw.with_columns(pl.all().str.strip_chars().replace("", None))
    problems: list[CellProblem] = []
    columns = [_column(raw, fact, problems) for fact in _columns_of(raw, facts)]
    if problems:
        problems.sort(key=lambda problem: problem.row)
        raise UnreadableFile(f"有 {len(problems)} 处填得不对，改好再来：", problems)
    given = pl.DataFrame(columns) if columns else pl.DataFrame(height=raw.height)
    case = raw[CASE] if CASE in raw.columns else pl.Series(CASE, [None] * raw.height, pl.String)
    numbered = pl.int_range(_FIRST_ROW, raw.height + _FIRST_ROW, eager=True).cast(pl.String)
    extra = [given[ON]] if ON in given.columns else []
    extra += [raw[REGION]] if REGION in raw.columns else []
    cases = facts.frame(given).insert_column(0, case.fill_null(numbered)).with_columns(*extra)
    return cases.filter(raw.select(pl.any_horizontal(pl.all().is_not_null())).to_series())


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return re.sub(r"\r\n?", "\n", content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("读不出文字：请另存为“CSV UTF-8”再来")


def _raw_table(text: str) -> pl.DataFrame:
    header = next(csv.reader(io.StringIO(text)), [])
    names = [name.strip() for name in header]
    if not any(names):
        raise UnreadableFile("文件是空的：第一行要写事实的名字，一行一个人")
    for name in names:
        if names.count(name) > 1:
            raise UnreadableFile(f"表头里“{name}”出现了不止一次，请去掉一列")
    try:
        table = pl.read_csv(io.BytesIO(text.encode()), infer_schema=False)
    except ComputeError:
        raise UnreadableFile(_ragged(text, len(names))) from None
    table.columns = names
    return table


def _ragged(text: str, width: int) -> str:
    for number, line in enumerate(csv.reader(io.StringIO(text)), 1):
        if len(line) > width:
            return f"第 {number} 行有 {len(line)} 格，表头只有 {width} 格，请看看是不是多了逗号"
    return "这不是一张 CSV 表，请另存为“CSV UTF-8”再来"


def _check_columns(columns: Sequence[str], facts: FactDictionary) -> None:
    known = {CASE, ON, REGION, *facts.names}
    strange = [name or "（空）" for name in columns if name not in known]
    if strange:
        raise UnreadableFile(f"不认识这几列：{'、'.join(strange)}。可以用的是：{'、'.join(sorted(known))}")


_ON_FACT = Fact(ON, FactType.DATE, "适用日", "按哪一天的规定")


def _columns_of(raw: pl.DataFrame, facts: FactDictionary) -> list[Fact]:
    return [fact for fact in (_ON_FACT, *facts) if fact.name in raw.columns]


def _column(raw: pl.DataFrame, fact: Fact, problems: list[CellProblem]) -> pl.Series:
    text = raw[fact.name]
    typed = raw.select(_typed(pl.col(fact.name), fact)).to_series()
    for index in (text.is_not_null() & typed.is_null()).arg_true():
        problems.append(CellProblem(index + _FIRST_ROW, fact.name, str(text[index]), fact.expects))
    return typed


def _typed(text: pl.Expr, fact: Fact) -> pl.Expr:
    if fact.kind is FactType.DATE:
        return text.str.to_date("%Y-%m-%d", strict=False)
    if fact.kind is FactType.COUNT:
        number = text.cast(pl.Int64, strict=False)
        return pl.when(number >= 0).then(number)
    spellings = fact.spellings
    return text.str.to_lowercase().replace_strict(
        list(spellings), list(spellings.values()), default=None, return_dtype=fact.dtype
    )
