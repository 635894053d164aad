"""How many people the two programmes have helped, for anybody to read: of the province, or of one city or county.

Where too few completed, nothing more is said of them than that number, and the province's figures stand instead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.urls import reverse

from qihang.oversight.indicators.catalogue import BY_NAME, Counted
from qihang.oversight.indicators.enums import Programme
from qihang.oversight.indicators.models import FigureRun
from qihang.oversight.indicators.snapshots import figures_by_region, figures_of
from qihang.registry.reference.places import short_name
from qihang.web.formats import grouped, percent, with_unit
from qihang.web.parts import Figure, Tile, Tone
from qihang.web.views.results.reading import HEADLINE, Reader, Row, reader_of, row_of

_OPENED = "open_rate_6m"


@dataclass(frozen=True, slots=True)
class Count:
    """A number that anybody understands, with its unit and how it is counted."""

    label: str
    number: int
    unit: str
    how: str


@dataclass(frozen=True, slots=True)
class Helped:
    """What is shown of a place. `few` says why another place's figures stand here."""

    place: str
    whole: bool
    few: str
    counts: Sequence[Count]
    cards: Sequence[Figure]


def tiles_of(run: FigureRun, names: dict[str, str], chosen: str) -> list[Tile]:
    """How many completed a class, city by city."""
    kept = figures_by_region(run, programme=Programme.SKILLS, regions=names)
    completed = {region: _met(row_of(rows, "completion")) for region, rows in kept.items()}
    return [
        Tile(
            code=code,
            label=short_name(name),
            value=grouped(completed.get(code, 0)),
            url=f"{reverse('home')}?region={code}#helped",
            current=code == chosen,
            spoken="人次学完",
        )
        for code, name in names.items()
    ]


def helped_in(run: FigureRun, names: dict[str, str], chosen: str) -> Helped:
    """The figures of a place as the run kept them; `chosen` empty or unknown is the province."""
    name = names.get(chosen, "")
    few = ""
    if name:
        own = figures_of(run, programme=Programme.SKILLS, region=chosen)
        few = _too_few(name, _met(row_of(own, "completion")), reader_of(chosen, run.as_of).small_n)
    region = chosen if name and not few else settings.PROVINCE_CODE
    rows = [row for programme in Programme for row in _rates(figures_of(run, programme=programme, region=region))]
    skills, startup = (_of(rows, programme) for programme in Programme)
    reader = reader_of(region, run.as_of)
    return Helped(
        place=name if name and not few else "全省",
        whole=not name,
        few=few,
        counts=_counts(skills, startup),
        cards=[*_skills_cards(reader, skills), _card(reader, startup, _OPENED, "创业培训后半年内开业", "开业")],
    )


def _too_few(name: str, completed: int, least: int) -> str:
    if not completed:
        return f"{name}还没有学完的班，下面是全省的数。"
    return f"{name}学完 {grouped(completed)} 人次，太少，不单独说，下面是全省的数。" if completed < least else ""


def _rates(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if "numerator" in row]


def _of(rows: Iterable[Row], programme: Programme) -> list[Row]:
    return [row for row in rows if row["group"].get("programme") == programme]


def _met(row: Row | None) -> int:
    return int(row["numerator"]) if row else 0


def _already(row: Row | None) -> int:
    """Everybody who succeeded, their window over or not."""
    return _met(row) + int((row or {}).get("running_already") or 0)


def _counts(skills: Sequence[Row], startup: Sequence[Row]) -> list[Count]:
    counts = [
        Count("学完培训", _met(row_of(skills, "completion")), "人次", "上完课、考勤够的；上两个班算两次"),
        Count("拿到证书", _met(row_of(skills, "certification_rate")), "人次", "考试合格，编号谁都能查"),
        Count("找到工作", _already(row_of(skills, HEADLINE)), "人", "学完半年内，有社保或合同为凭；一人一年算一次"),
    ]
    if trained := _met(row_of(startup, "completion")):
        counts += [
            Count("学完创业", trained, "人次", "上完课、考勤够的"),
            Count("开店办厂", _already(row_of(startup, _OPENED)), "户", "学完半年内开业的"),
        ]
    return counts


def _skills_cards(reader: Reader, rows: Sequence[Row]) -> list[Figure]:
    return [
        _card(reader, rows, "pass_rate", "考试合格", "合格"),
        _card(reader, rows, HEADLINE, "学完半年内找到工作", "找到工作"),
    ]


def _card(reader: Reader, rows: Sequence[Row], indicator: str, name: str, success: str) -> Figure:
    """The officers' card in everybody's words: counts before rates, and no way to the people behind it."""
    row = row_of(rows, indicator)
    figure = replace(reader.card(row, indicator), name=name, url="")
    if row is None or not row["denominator"]:
        return replace(figure, fraction=_open_words(row, BY_NAME[indicator].counts) or "还没有人学完，学完了再算")
    unit = BY_NAME[indicator].counts
    if reader.is_few(row):
        return Figure(
            name=name, fraction=f"到期的不到 {with_unit(reader.small_n, unit)}，不单说", instead="人太少，不显示"
        )
    fraction = f"到期的 {with_unit(row['denominator'], unit)}里，{success} {with_unit(row['numerator'], unit)}"
    aim = percent(reader.targets[indicator], 0) if indicator in reader.targets else ""
    verdict = f"{'达到' if figure.tone is Tone.OK else '没到'}目标 {aim}" if aim else ""
    return replace(
        figure, fraction=fraction, verdict=verdict, notes=[words] if (words := _open_words(row, unit)) else []
    )


def _open_words(row: Row | None, unit: Counted) -> str:
    if not row or not row.get("running"):
        return ""
    return f"还有 {with_unit(row['running'], unit)}没到期，到期了再算。"
