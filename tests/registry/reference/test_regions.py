"""The packaged table of divisions: what a code meant, where its place is today, and what stands above it."""

import itertools

import pytest

from qihang.registry.reference.regions import RegionPeriod, RegionTable, Succession, jurisdiction_table, region_table

TABLE = region_table()


def test_every_period_is_well_formed_and_no_two_of_a_code_overlap() -> None:
    for code in TABLE.codes():
        periods = TABLE.periods(code)
        assert all(p.until is None or p.since < p.until for p in periods)
        for earlier, later in itertools.pairwise(periods):
            assert earlier.until is not None
            assert earlier.until <= later.since


def test_every_parent_and_every_successor_is_in_the_table() -> None:
    for period in TABLE:
        assert period.parent_code in TABLE or period.level == "province"
        for step in period.successions:
            assert any(p.covers(step.year) for p in TABLE.periods(step.code))


def test_every_code_can_be_followed_and_ends_in_codes_in_force() -> None:
    for code in TABLE.codes():
        assert all(TABLE.in_force(heir) for heir in TABLE.today(code))


@pytest.mark.parametrize(
    ("code", "heirs"),
    [
        ("460108", ("460108",)),  # in force: itself
        ("460100", ("460100",)),  # districts set up inside it do not take its place
        ("460022", ("469005",)),  # 文昌县 -> 文昌市 -> renumbered
        ("442122", ("469005",)),  # the same, from Guangdong's days
        ("442201", ("460200",)),  # 三亚市 under the prefecture
        ("469003", ("460400",)),  # 儋州 became a prefecture
        ("460002", ("469002",)),
        ("460102", ("460107", "460108")),  # 振东区 was divided
        ("460021", ("460105", "460106", "460107", "460108")),  # 琼山县 -> 琼山市 -> all four districts
        ("469031", ("460300",)),
        ("442224", ("469001", "469030")),  # 琼中县 gave a part to 通什 in 1986
        ("442100", ()),  # a prefecture dissolved without heir
        ("999999", ()),
    ],
)
def test_today_follows_a_code_to_the_codes_in_force(code: str, heirs: tuple[str, ...]) -> None:
    assert TABLE.today(code) == heirs


def test_a_code_used_again_for_another_place_stands_for_both() -> None:
    assert [p.name for p in TABLE.periods("419001")] == ["义马市", "济源市"]
    assert TABLE.today("419001") == ("411281", "419001")


def _period(code: str, since: int, until: int | None = None, *steps: Succession) -> RegionPeriod:
    return RegionPeriod(code, code, code, "省", "county", "", since, until, steps)


def test_a_part_split_off_before_the_place_arrived_is_not_followed() -> None:
    split = Succession("000003", 1990, partial=True)
    table = RegionTable(
        [
            _period("000001", 1981, 2000, Succession("000002", 2000, partial=False)),
            _period("000002", 1981, 2010, split, Succession("000004", 2010, partial=False)),
            _period("000003", 1990),
            _period("000004", 2010),
        ]
    )
    assert table.today("000001") == ("000004",)
    assert table.today("000002") == ("000003", "000004")


def test_a_ring_of_renumberings_ends() -> None:
    table = RegionTable(
        [
            _period("000001", 1981, 1990, Succession("000002", 1990, partial=False)),
            _period("000002", 1990, 1995, Succession("000001", 1995, partial=False)),
            _period("000001", 1995),
        ]
    )
    assert table.today("000001") == table.today("000002") == ("000001",)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("460000", "海南省"),
        ("460100", "海口市"),
        ("460108", "海口市美兰区"),
        ("469005", "文昌市"),
        ("469028", "陵水黎族自治县"),
        ("110105", "北京市朝阳区"),
        ("500101", "重庆市万州区"),
        ("510104", "成都市锦江区"),
        ("130101", "130101"),  # never a code: shown as it is
    ],
)
def test_full_names_are_written_as_on_a_form(code: str, name: str) -> None:
    assert TABLE.full_name(code) == name


def test_ancestors_run_from_the_code_to_its_province() -> None:
    assert TABLE.ancestors("460108") == ("460108", "460100", "460000")
    assert TABLE.ancestors("469028") == ("469028", "460000")
    assert TABLE.ancestors("460000") == ("460000",)
    assert TABLE.ancestors("999999") == ()


def test_predecessors_are_old_codes_whose_whole_place_lies_within() -> None:
    assert TABLE.predecessors(["460400"]) == {"442129", "460029", "460003", "469003"}
    assert "460102" not in TABLE.predecessors(["460107"])  # half of it went elsewhere
    assert {"460102", "460021"} <= TABLE.predecessors(["460105", "460106", "460107", "460108"])


def test_yangpu_is_a_jurisdiction_of_its_own_but_no_division_of_the_standard() -> None:
    yangpu = jurisdiction_table().latest("469099")
    assert yangpu is not None
    assert (yangpu.name, yangpu.parent_code, yangpu.official) == ("洋浦经济开发区", "460000", False)
    assert "469099" not in region_table()
