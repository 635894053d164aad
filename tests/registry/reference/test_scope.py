"""What an office answers for: its division, all below it, and what was filed under codes now its own."""

import pytest

from qihang.foundation.core.units import unit_of_work
from qihang.registry.reference.load import LOADER
from qihang.registry.reference.models import Region, RegionPeriod
from qihang.registry.reference.regions import jurisdiction_table
from qihang.registry.reference.scope import (
    ancestors,
    region_code_q,
    region_q,
    region_within,
    scope_codes,
    today_codes,
)

CODES = ["460000", "460100", "460108", "460102", "469004", "460400", "469003", "469005", "460022", "469099", "440300"]


@pytest.mark.parametrize(
    ("code", "scope", "inside"),
    [
        ("460108", "460000", True),
        ("460108", "460100", True),
        ("460108", "460108", True),
        ("460100", "460108", False),
        ("460200", "460100", False),
        ("469005", "460000", True),
        ("469003", "460400", True),  # filed before 2015, theirs today
        ("460102", "460100", True),
        ("460102", "460107", False),  # half of it is another district's
        ("469004", "460100", True),
        ("442122", "460000", True),
        ("440300", "460000", False),
        ("469099", "460000", True),
        ("469099", "460400", False),  # 洋浦 keeps its own offices
        ("460400", "469099", False),
        ("999999", "460000", False),
        ("460108", "999999", False),
        ("460108", "", False),
        ("", "460000", False),
    ],
)
def test_region_within(code: str, scope: str, inside: bool) -> None:
    assert region_within(code, scope) is inside


def test_scope_codes_of_an_unknown_code_are_none() -> None:
    assert scope_codes("") == scope_codes("999999") == frozenset()


def test_today_and_ancestors_know_the_jurisdictions() -> None:
    assert today_codes("469099") == ("469099",)
    assert today_codes("460102") == ("460107", "460108")
    assert ancestors("469099") == ("469099", "460000")


@pytest.fixture
def filed(db: None) -> None:
    """One period row filed under each of a few codes."""
    with unit_of_work(LOADER):
        for code in CODES:
            period = jurisdiction_table().periods(code)[-1]
            region = Region.objects.create(
                code=code,
                name=period.name,
                full_name=period.full_name,
                province=period.province,
                level=period.level,
                parent_code=period.parent_code,
                since=period.since,
                until=period.until,
            )
            RegionPeriod.objects.create(region=region, name=period.name, full_name=period.full_name, since=2006)


@pytest.mark.usefixtures("filed")
@pytest.mark.parametrize("scope", [*CODES, "999999", ""])
def test_the_query_sees_what_region_within_says(scope: str) -> None:
    inside = {code for code in CODES if region_within(code, scope)}
    assert set(RegionPeriod.objects.filter(region_q("region", scope)).values_list("region_id", flat=True)) == inside
    assert set(Region.objects.filter(region_code_q("code", scope)).values_list("code", flat=True)) == inside


@pytest.mark.usefixtures("filed")
def test_the_query_needs_no_join() -> None:
    rows = RegionPeriod.objects.filter(region_q("region", "460400")).order_by()
    assert "JOIN" not in str(rows.query)
