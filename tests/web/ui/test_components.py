"""Each component by itself: what it writes, and that a wrong variant fails the page."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import Template, TemplateDoesNotExist, engines
from django.template.loader import get_template
from django.test import RequestFactory

import qihang.web
import qihang.web.views.kit  # the words of its states register themselves
from qihang.foundation.core.privacy import Secret
from qihang.web.parts import Event, EvidenceShare, Figure, Gate, Outcome, Rank, Rule, Scale, Stage, Tile, View
from qihang.web.templatetags.ui import ComponentError

TEMPLATES = Path(qihang.web.__file__).parent / "templates"
COMPONENTS = sorted((TEMPLATES / "cotton").glob("*.html"))


def draw(source: str, **values: Any) -> str:
    """Render a line of template as a page would, components and all."""
    from django_cotton.compiler_regex import CottonCompiler

    backend = engines["django"]
    template = backend.from_string(CottonCompiler().process(source))
    text: str = template.render(values, RequestFactory().get("/list/?kind=claim&page=2"))
    return re.sub(r"<svg class=\"q-ic\".*?</svg>", "*", text)


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_each_component_says_what_it_takes(path: Path) -> None:
    source = path.read_text("utf-8")
    assert source.startswith(("{% comment %}", "<svg")), f"{path.name} has no description"
    declared = re.findall(r"<c-vars (.*?)/>", source, re.S)
    assert len(declared) == (0 if path.stem == "logo" else 1)


@pytest.mark.parametrize(
    "source",
    [
        '<c-tag tone="red">过</c-tag>',
        '<c-note tone="loud">看</c-note>',
        '<c-seal mark="好" />',
        '<c-seal mark="审" />',
        '<c-seal mark="准" stage="soon" />',
        '<c-ev rank="己">看过</c-ev>',
        '<c-ev rank="甲"></c-ev>',
        '<c-box title="账">x</c-box>',
        '<c-table><tbody></tbody></c-table>',
        '<c-table label="名单" shape="round"></c-table>',
        '<c-sort label="期限" order="up" />',
        '<c-next title="换一张银行卡">x</c-next>',
        '<c-empty title="没有班" />',
        '<c-confirm title="停班？" submit="停班" back="/">x</c-confirm>',
        '<c-form method="put" submit="交">x</c-form>',
        '<c-form>x</c-form>',
        '<c-bulk></c-bulk>',
        '<c-rules />',
        '<c-doc-head organ="局" title="公示" />',
        '<c-indicator :item="figure" level="7" />',
        '<c-tiles :items="tiles" label="图" />',
        '<c-chart kind="pie" label="x" :labels="labels" :values="labels" />',
        '<c-chart label="x" :labels="labels" :values="none" />',
        '<c-filters>x</c-filters>',
        '{% icon "no-such-icon" %}',
    ],
)  # fmt: skip
def test_wrong_or_missing_inputs_fail_loudly(source: str) -> None:
    values = {
        "figure": Figure("合格率", "9 ÷ 10", value="90.0"),
        "tiles": [Tile("110000", "北京", "1")],
        "labels": ["1 月"],
        "none": [],
    }
    with pytest.raises(ComponentError):
        draw(source, **values)


def test_unknown_components_fail() -> None:
    with pytest.raises(TemplateDoesNotExist):
        draw("<c-carousel />")


def test_tag_writes_tone_icon_and_words() -> None:
    assert draw('<c-tag tone="ok" icon="check-lg">已到账</c-tag>') == '<span class="q-tag is-ok">* 已到账</span>'
    assert draw("<c-tag>在审</c-tag>") == '<span class="q-tag">在审</span>'


def test_words_from_outside_are_escaped_once() -> None:
    assert "&lt;b&gt;" in draw("<c-tag>{{ name }}</c-tag>", name="<b>")
    assert "&amp;lt;" not in draw("<c-tag>{{ name }}</c-tag>", name="<b>")
    assert "&lt;i&gt;" in draw('<c-empty title="{{ name }}" why="没有" />', name="<i>")


def test_a_component_does_not_see_its_pages_values() -> None:
    assert "秘密" not in draw("<c-facts />{{ nothing }}", items=[("秘密", "x")])


def test_status_knows_the_reader() -> None:
    assert draw('{% status "kit_claim" "paid" "participant" %}') == '<span class="q-tag is-ok">* 已到账</span>'
    assert draw('{% status "kit_claim" "need_more" %}') == '<span class="q-tag">退回补正</span>'


def test_seals_are_spoken_unless_the_words_stand_beside() -> None:
    assert draw('<c-seal mark="准" />') == '<span class="q-seal" role="img" aria-label="决定：批准">准</span>'
    assert 'aria-label="正在办：审核"' in draw('<c-seal mark="审" stage="now" />')
    assert (
        draw('<c-seal mark="核" stage="next" quiet />') == '<span class="q-seal is-next" aria-hidden="true">核</span>'
    )


def test_money_and_masks() -> None:
    assert (
        draw('<c-money :amount="amount" />', amount=Decimal("1500"))
        == '<span class="q-money">1,500<small>元</small></span>'
    )
    secret = Secret(kind="identity", context="test", plain="46010819781012042X")
    assert draw("{{ secret|identity }}", secret=secret) == "460108 ******** **2X"


def test_rules_keep_their_order_and_hide_parameters_from_participants() -> None:
    rules = [
        Rule(Outcome.FAILED, "不够", "今年没享受过", "5 月享受过", article="某文件", parameter="training.cap"),
        Rule(Outcome.PASSED, "够", "登记失业", "8 月登记", article="某文件", article_url="/law/1"),
        Rule(Outcome.UNKNOWN, "在查", "没有在职", "正在问"),
    ]
    text = draw('<c-rules :items="rules" />', rules=rules)
    assert re.findall(r'<tr(?: class="(.*?)")?><td>', text) == ["is-fail", "", "is-hold"]
    assert "参数 training.cap" in text
    assert '<a href="/law/1">某文件</a>' in text
    assert "training.cap" not in draw('<c-rules :items="rules" plain />', rules=rules)


def test_timeline_marks_where_it_stands() -> None:
    events = [
        Event("批准", "8-28", "林样例", "符合", "准"),
        Event("初审", "今天", seal="审", stage=Stage.NOW),
        Event("付款", stage=Stage.NEXT),
    ]
    text = draw('<c-timeline :items="events" />', events=events)
    assert text.count('aria-current="step"') == 1
    assert "决定：批准" in text
    assert '<div class="q-why">符合</div>' in text
    assert 'class="q-pt is-open"' in text


def test_indicator_shows_figure_fraction_and_way_to_the_people() -> None:
    figure = Figure("合格率", "合格 9 ÷ 结业 10", value="90.0", scale=Scale(90, 90, "目标 90"), url="/people/")
    text = draw('<c-indicator :item="figure" />', figure=figure)
    assert "合格 9 ÷ 结业 10" in text
    assert 'aria-label="90.0%，目标 90"' in text
    assert 'href="/people/"' in text
    bare = draw('<c-indicator :item="figure" />', figure=Figure("合格率", "到期 15 人", instead="人太少，不显示"))
    assert "人太少，不显示" in bare
    assert "%" not in bare
    assert "href" not in bare


def test_evidence_table_adds_up() -> None:
    shares = [EvidenceShare(Rank.FIRST, "社保", 3), EvidenceShare(Rank.FIFTH, "本人说", 1)]
    text = draw('<c-evbar :shares="shares" />', shares=shares)
    assert "75.0%" in text
    assert "25.0%" in text


def test_tiles_stand_where_the_counties_lie() -> None:
    tiles = [Tile("460100", "海口", "23", "/?r=460100", current=True), Tile("460300", "三沙", "0", "/?r=460300")]
    text = draw('<c-tiles :items="tiles" label="市县" />', tiles=tiles)
    assert 'class="q-tile r1 c4" aria-current="true"' in text
    assert 'class="q-tile r5 c5 is-none"' in text
    measured = draw('<c-tiles :items="tiles" label="市县" measured />', tiles=[Tile("460200", "三亚", "92", level=4)])
    assert 'class="q-tile r5 c3 m4"' in measured


def test_gates_tell_their_outcome_in_words_and_progress() -> None:
    gates = [Gate("列名", "11 列全部认出", Outcome.PASSED), Gate("比对", "比到第 31 行", done=31, total=45)]
    text = draw('<c-gates :items="gates" />', gates=gates)
    assert '<li class="is-ok">' in text
    assert 'aria-valuenow="31"' in text
    assert 'width="68%"' in text


def test_pages_keep_the_filters() -> None:
    page = Paginator(range(100), 20).page(2)
    text = draw('<c-pages :page="page" unit="人" />', page=page)
    assert "第 21—40 人，共 100 人" in text
    assert 'href="?kind=claim&amp;page=3"' in text
    assert 'href="?kind=claim&amp;page=1"' in text
    assert "共 0 件" in draw('<c-pages :page="page" />', page=Paginator([], 20).page(1))


def test_views_and_filters_work_by_address() -> None:
    views = [View("全部", "?", 23, current=True), View("快到期", "?v=due")]
    text = draw('<c-views :items="views" />', views=views)
    assert '<a href="?" aria-current="true">全部 <i>23</i></a>' in text
    assert '<a href="?v=due">快到期</a>' in text
    form = draw('<c-filters action="/list/" target="rows">x</c-filters>')
    assert 'hx-target="#rows"' in form
    assert 'method="get"' in form
    assert "hx-" not in draw('<c-filters action="/list/">x</c-filters>')


def test_a_finished_job_asks_no_more() -> None:
    from qihang.web.parts import Progress

    running = draw('<c-job :item="job" url="/job/1/" />', job=Progress("比对", 1, 4, "已比 1 人"))
    assert 'hx-trigger="every 2s"' in running
    assert 'aria-valuenow="25"' in running
    assert "<noscript>" in running
    for ended in (Progress("比对", 4, 4, finished=True), Progress("比对", 1, 4, failed=True)):
        assert "hx-" not in draw('<c-job :item="job" url="/job/1/" />', job=ended)


def test_confirming_names_consequences_and_the_way_back() -> None:
    text = draw(
        '<c-confirm title="要停这个班吗？" undo="停了不能恢复。" submit="停这个班" back="/list/" danger>40 人会收到短信</c-confirm>'
    )
    assert "btn-stop" in text
    assert "停了不能恢复。" in text
    assert 'href="/list/"' in text


def page_templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("path", page_templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_templates_compile_and_hold_nothing_inline(path: Path) -> None:
    assert isinstance(get_template(str(path.relative_to(TEMPLATES))).template, Template)  # type: ignore[attr-defined]
    source = path.read_text("utf-8")
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*\ssrc=)", source), (
        "the content policy forbids inline styles and scripts"
    )
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", source), "nothing loads from outside"
    assert 'target="_blank"' not in source
