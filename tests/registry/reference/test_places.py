"""Places as people write them, and the division that they name or only imply."""

import pytest

from qihang.registry.reference.places import RegionMatch, match_region


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("海口龙华", "460106"),
        ("海口市秀英区", "460105"),
        ("海口市", "460100"),
        ("海口", "460100"),
        ("三亚市天涯区", "460204"),
        ("三亚海棠区", "460202"),
        ("澄迈老城", "469023"),
        ("儋州那大", "460400"),
        ("定安塔岭", "469021"),
        ("文昌市", "469005"),
        ("陵水县椰林镇", "469028"),
        ("白沙县牙叉镇", "469025"),
        ("昌江", "469026"),
        ("保亭黎族苗族自治县", "469029"),
        ("五 指 山　市", "469001"),
        ("海南省海口市美兰区海甸岛", "460108"),
        ("海口市大致坡镇", "460108"),  # the town narrows the city down
        ("海口白沙门", "460100"),  # 白沙 is not in 海口
        ("琼中和平镇", "469030"),
        ("洋浦", "469099"),
        ("儋州洋浦", "469099"),
        ("洋浦经济开发区", "469099"),
        ("全岛", "460000"),
        ("海南省", "460000"),
    ],
)
def test_places_of_the_province(text: str, code: str) -> None:
    assert match_region(text) == RegionMatch(code, "named")


@pytest.mark.parametrize(
    ("text", "code"), [("通什市", "469001"), ("儋县", "460400"), ("崖县", "460200"), ("琼山市府城镇", "460107")]
)
def test_old_names_are_read_as_the_place_of_today(text: str, code: str) -> None:
    assert match_region(text).code == code


@pytest.mark.parametrize(("text", "code"), [("马村港", "469023"), ("老城", "469023"), ("嘉积镇", "469002")])
def test_a_town_or_a_spot_implies_its_county(text: str, code: str) -> None:
    assert match_region(text) == RegionMatch(code, "inferred")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("湖南省衡阳市", "430400"),
        ("湖南衡阳", "430400"),
        ("湖南衡阳县", "430421"),
        ("广东省湛江市徐闻县", "440825"),
        ("湛江徐闻", "440825"),
        ("深圳市龙华区", "440309"),
        ("北京市朝阳区", "110105"),
        ("内蒙古呼和浩特", "150100"),
        ("新疆和田", "653200"),
        ("广西南宁市青秀区", "450103"),
        ("贵州省黔东南", "522600"),
    ],
)
def test_places_elsewhere(text: str, code: str) -> None:
    assert match_region(text) == RegionMatch(code, "named")


def test_a_name_shared_with_another_province_is_taken_as_ours() -> None:
    assert match_region("龙华").code == "460106"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("海口、三亚", {"460100", "460200"}),
        ("海口和三亚", {"460100", "460200"}),
        ("三亚或陵水", {"460200", "469028"}),
        ("海口市龙华区/美兰区", {"460106", "460108"}),
        ("朝阳区", {"110105", "220104"}),
    ],
)
def test_two_places_are_ambiguous(text: str, codes: set[str]) -> None:
    found = match_region(text)
    assert (found.how, found.code, set(found.candidates)) == ("ambiguous", None, codes)


def test_a_place_within_the_other_is_no_contradiction() -> None:
    assert match_region("海口、龙华") == RegionMatch("460106", "named")


@pytest.mark.parametrize("text", ["可居家", "居家办公", "远程"])
def test_work_from_home(text: str) -> None:
    assert match_region(text) == RegionMatch(None, "remote")


def test_home_work_with_a_place_has_the_place() -> None:
    assert match_region("海口（可居家）").code == "460100"


@pytest.mark.parametrize("text", ["", "面议", "xx", "工业园内"])
def test_no_place(text: str) -> None:
    assert match_region(text) == RegionMatch(None, "none")
