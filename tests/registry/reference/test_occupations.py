"""Free job titles against the 2022 classification: what is known outright, and how well unseen titles fare.

`cases/gold_titles.csv` is the list that the weights and spoken titles were worked out with; `cases/heldout_titles.csv`
was written afterwards and never used for tuning, so its share is the honest one.
"""

import csv
from pathlib import Path

import pytest

from qihang.registry.reference.occupations import (
    match_titles,
    normalise_title,
    occupation_index,
    read_aliases,
    read_occupations,
    stem,
    title_parts,
)

NAMES = dict(read_occupations())
CASES = Path(__file__).parent / "cases"


def best(title: str) -> str:
    matches = match_titles([title], top=1)[0]
    return matches[0].name if matches else ""


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("茶艺师", "茶艺师"),
        ("水电工", "电工"),
        ("数控车工师傅", "车工"),
        ("阿姨（住家）", "家政服务员"),
        ("养老护理员", "养老护理员"),
        ("缝纫工", "缝纫工"),
        ("网约配送员", "网约配送员"),
        ("电焊工", "焊工"),
        ("后厨炒锅", "中式烹调师"),
        ("淘宝客服", "呼叫中心服务员"),
        ("叉车司机", "专用车辆驾驶员"),
        ("客房服务员", "客房服务员"),
        ("收银兼理货", "收银员"),
        ("月嫂", "家政服务员"),
        ("保安", "保安员"),
        ("育婴师", "婴幼儿发展引导员"),
        ("护工", "医疗护理员"),
        ("急招3D打印操作员", "增材制造设备操作员"),
        ("电工月薪6000元", "电工"),
        ("保洁", "保洁员"),
    ],
)
def test_everyday_titles(title: str, name: str) -> None:
    assert best(title) == name


@pytest.mark.parametrize(
    "title",
    [
        "电 焊 工",
        "电焊工（五级）",
        "急招电焊工2名",
        "【包吃住】高级电焊师傅",
        "电焊工\u200b",
        "电焊人员",
        "ＮＯ，电焊工",
    ],
)
def test_clutter_does_not_change_the_reading(title: str) -> None:
    assert best(title) == "焊工"


def test_a_bracket_tells_more_than_a_vague_title() -> None:
    assert best("普工（焊工）") == "焊工"
    assert best("服务员(客房)") == "客房服务员"
    assert best("普工") == "包装工"


def test_each_part_of_a_double_job_is_found() -> None:
    names = [match.name for match in match_titles(["出纳/仓管"])[0]]
    assert names[:2] == ["会计专业人员", "仓储管理员"]


def test_every_official_name_finds_itself_first() -> None:
    titles = list(NAMES.values())
    missed = [
        title for title, found in zip(titles, match_titles(titles, top=1), strict=True) if found[0].name != title
    ]
    assert missed == []


def test_spoken_titles_point_to_occupations_and_have_one_usual_reading() -> None:
    usual: dict[str, str] = {}
    for code, alias, rank in read_aliases():
        assert code in NAMES
        assert rank in {1, 2}
        if rank == 1:
            assert usual.setdefault(alias, code) == code


@pytest.mark.parametrize("title", ["", "  ", "（）", "，、", "xyz"])
def test_a_title_that_says_nothing_matches_nothing(title: str) -> None:
    assert match_titles([title]) == [[]]


def test_answers_are_ranked_limited_and_the_same_every_time() -> None:
    (first,), (again,) = match_titles(["客房服务"], top=3), match_titles(["客房服务"], top=3)
    assert first == again
    assert len(first) <= 3
    scores = [match.score for match in first]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert match_titles(["客房服务"], top=1)[0] == first[:1]


def test_equal_scores_come_in_the_order_of_codes() -> None:
    matches = occupation_index().match("公司", 50)
    ranked = [(-match.score, match.code) for match in matches]
    assert ranked == sorted(ranked)


def test_titles_are_taken_apart_in_order() -> None:
    assert [part for part, _ in title_parts("收银兼理货")] == ["收银", "理货"]
    assert [part for part, _ in title_parts("兼职保洁")] == ["保洁"]
    assert [part for part, _ in title_parts("保洁和保安")] == ["保洁", "保安"]
    assert [part for part, _ in title_parts("服务员（客房）")] == ["客房服务员", "服务员", "客房"]


def test_stems_keep_two_characters() -> None:
    assert stem("电焊工师傅") == "电焊"
    assert stem("电工") == "电工"
    assert stem("仓库工作人员") == "仓库"


def test_one_word_for_the_same_doing() -> None:
    assert normalise_title("Ｋ ＴＶ驾驶员") == "ktv司机"


def _shares(name: str) -> tuple[float, float]:
    """The share of titles whose occupation comes first, and among the first five."""
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [[match.code for match in matches] for matches in match_titles([row["title"] for row in rows])]
    first = sum(codes[:1] == [row["code"]] for codes, row in zip(found, rows, strict=True))
    five = sum(row["code"] in codes for codes, row in zip(found, rows, strict=True))
    return first / len(rows), five / len(rows)


def test_titles_that_the_table_was_made_with() -> None:
    first, five = _shares("gold_titles.csv")
    assert first >= 0.94
    assert five >= 0.99


def test_titles_never_seen_before() -> None:
    first, five = _shares("heldout_titles.csv")
    assert first >= 0.70
    assert five >= 0.85
