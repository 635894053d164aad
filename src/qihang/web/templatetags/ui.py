"""What templates use to write figures, icons and the small marks. Built in: no `{% load %}` needed."""

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from qihang.foundation.core import clock
from qihang.web import figures, formats, site, states
from qihang.web.parts import Cohort, EvidenceShare, Mark, Rank, Scale, Stage, Tone, check_seal

register = template.Library()

ICONS = Path(__file__).resolve().parents[1] / "static" / "vendor" / "icons"
_SEAL_WORDS = {
    "准": "批准",
    "退": "退回",
    "核": "复核",
    "示": "公示",
    "付": "付款",
    "证": "发证",
    "荐": "推荐",
    "保": "担保",
    "贷": "贷款",
    "放": "放款",
    "缓": "暂缓",
    "撤": "撤销",
    "审": "审核",
}


class ComponentError(ValueError):
    """A component was given a variant it does not have, or lacks what it needs. Never hidden: the page fails."""


# ---- checks of components ----


@register.simple_tag
def one_of(component: str, name: str, value: Any, allowed: str) -> str:
    """`{% one_of "note" "tone" tone "info ok warn" %}` fails the page on any other value."""
    if str(value) not in allowed.split():
        raise ComponentError(f"<c-{component}> has no {name} {value!r}; it has: {allowed}")
    return ""


@register.simple_tag
def required(component: str, name: str, value: Any) -> str:
    """`{% required "box" "title" title %}` fails the page when the value is missing or empty."""
    if value is None or value == "":
        raise ComponentError(f"<c-{component}> needs {name}")
    return ""


# ---- icons and small marks ----


@cache
def _shape(name: str) -> str:
    try:
        return (ICONS / f"{name}.svg").read_text("utf-8")
    except OSError:
        raise ComponentError(f"no icon {name!r}: add it to icons.txt and run scripts/vendor_assets.py") from None


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon in the line's size and colour, silent to screen readers: words always stand beside it."""
    return mark_safe(  # noqa: S308 - the shape comes from our own vendored file
        f'<svg class="q-ic" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true" focusable="false">'
        f"{_shape(name)}</svg>"
    )


@register.simple_tag
def tag(text: str, tone: str = "wait", icon_name: str = "") -> SafeString:
    """A status tag; six tones, always with words."""
    try:
        chosen = Tone(tone)
    except ValueError:
        raise ComponentError(f"no tone {tone!r}; there are: {', '.join(Tone)}") from None
    kind = "" if chosen is Tone.WAIT else f" is-{chosen}"
    mark = format_html("{} ", icon(icon_name)) if icon_name else ""
    return format_html('<span class="q-tag{}">{}{}</span>', kind, mark, text)


@register.simple_tag
def status(table: str, code: str, audience: str = "office") -> SafeString:
    """The words and tone of a state for an audience: `{% status "enrolment" enrolment.state "participant" %}`."""
    wording = states.wording(table, code)
    reader = states.Audience(audience)
    return tag(wording.text(reader), wording.tone_for(reader), wording.icon)


@register.simple_tag
def seal(mark: str, stage: str = "done", label: str = "", spoken: bool = True) -> SafeString:
    """A decision's seal. `spoken=False` where the same words stand beside it."""
    try:
        at = Stage(stage)
        check_seal(mark, at)
    except ValueError as error:
        raise ComponentError(str(error)) from None
    kind = {Stage.DONE: "", Stage.NOW: " is-line", Stage.NEXT: " is-next"}[at]
    if not spoken:
        return format_html('<span class="q-seal{}" aria-hidden="true">{}</span>', kind, mark)
    lead = {Stage.DONE: "决定：", Stage.NOW: "正在办：", Stage.NEXT: "还没到："}[at]
    words = label or f"{lead}{_SEAL_WORDS[mark]}"
    return format_html('<span class="q-seal{}" role="img" aria-label="{}">{}</span>', kind, words, mark)


@register.simple_tag
def evidence(rank: str) -> SafeString:
    """The rank of a piece of evidence, 甲 to 戊."""
    try:
        known = Rank(rank)
    except ValueError:
        raise ComponentError(f"no rank of evidence {rank!r}; there are: {', '.join(Rank)}") from None
    return format_html('<span class="q-ev e{}">{}</span>', known.number, known.value)


@register.simple_tag
def money(amount: formats.Number, big: bool = False) -> SafeString:
    """An amount for a participant, the unit small beside it."""
    kind = " is-big" if big else ""
    return format_html('<span class="q-money{}">{}<small>元</small></span>', kind, formats.yuan_figure(amount))


# ---- figures, dates and numbers ----

register.filter("yuan", formats.yuan)
register.filter("yuan_exact", formats.yuan_exact)
register.filter("wan_yuan", formats.ten_thousand_yuan)
register.filter("yuan_capital", formats.yuan_capital)
register.filter("unit", formats.with_unit)
register.filter("percent", formats.percent)
register.filter("grouped", formats.grouped)
register.filter("cn_date", formats.chinese_date)
register.filter("cn_moment", formats.chinese_moment)
register.filter("full_date", formats.full_date)
register.filter("short_date", formats.short_date)
register.filter("short_moment", formats.short_moment)
register.filter("until", formats.date_span)
register.filter("weekday", formats.weekday)


@register.filter
def identity(value: Any) -> str:
    """An identity number in reading groups. A Secret shows masked; plain text shows as given."""
    return formats.identity_groups(str(value))


@register.simple_tag
def today() -> dt.date:
    return clock.today()


@register.simple_tag
def current_site() -> site.Site:
    """For pages that are made without a request (500)."""
    return site.current_site()


# ---- drawings ----


@register.simple_tag
def scale_marks(scale: Scale) -> list[Mark]:
    return figures.scale_marks(scale)


@register.simple_tag
def scale_words(value: str, unit: str, scale: Scale) -> str:
    return figures.scale_sentence(value, unit, scale)


@register.simple_tag
def evidence_bars(shares: Sequence[EvidenceShare]) -> list[figures.Bar]:
    return figures.evidence_bars(shares)


@register.simple_tag
def share_of(part: int, shares: Sequence[EvidenceShare]) -> Decimal:
    """`part` as a ratio of all people counted in `shares`."""
    total = sum(share.count for share in shares)
    return Decimal(part) / total if total else Decimal(0)


@register.simple_tag
def people_of(shares: Sequence[EvidenceShare]) -> int:
    return sum(share.count for share in shares)


@register.simple_tag
def cohort_clock(cohorts: Sequence[Cohort], day: dt.date | None = None) -> figures.Clock:
    """As of today, or of an earlier day, whose line is then called by its date."""
    today = clock.today()
    past = day is not None and day != today
    return figures.cohort_clock(cohorts, day or today, formats.short_date(day) if past else "今天")


@register.simple_tag
def tile_place(code: str) -> tuple[int, int]:
    """Row and column of a city or county on the tile map."""
    try:
        return figures.TILE_PLACES[code]
    except KeyError:
        raise ComponentError(f"region {code!r} has no place on the tile map") from None


@register.simple_tag
def bar_width(done: int, total: int) -> int:
    """Whole per cent of a progress bar; nothing where nobody knows yet of how much."""
    return max(0, min(100, done * 100 // total)) if total else 0


@register.simple_tag
def ratio_width(ratio: formats.Number) -> str:
    """A ratio between 0 and 1 as a width in per cent; more than all of it fills the bar."""
    return figures.decimal_text(max(0.0, min(100.0, 100 * float(ratio))))


@register.simple_tag
def chart_data(kind: str, labels: Sequence[str], values: Sequence[formats.Number], unit: str) -> str:
    """What `chart.js` draws. As many values as labels."""
    if len(labels) != len(values):
        raise ComponentError(f"<c-chart> has {len(labels)} labels for {len(values)} values")
    drawn = {"kind": kind, "labels": list(labels), "values": [float(value) for value in values], "unit": unit}
    return json.dumps(drawn, ensure_ascii=False)


@register.filter
def coordinate(number: float) -> str:
    """A number for an attribute of an SVG."""
    return figures.decimal_text(float(number))


@register.simple_tag(takes_context=True)
def with_page(context: Context, number: int, key: str = "page") -> str:
    """The present address with another page number and all filters kept."""
    query = context["request"].GET.copy()
    query[key] = str(number)
    return f"?{query.urlencode()}"
