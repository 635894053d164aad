"""Loading the packaged files: everything once, then only what differs, signed by the loader."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from qihang.foundation.core import calendars
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.models import AuditEntry, CalendarYear
from qihang.foundation.core.units import unit_of_work
from qihang.registry.reference import load
from qihang.registry.reference.load import LOADER, load_reference_data
from qihang.registry.reference.models import CodeItem, CodeTable, DataRelease, Occupation, Region, RegionPeriod

pytestmark = pytest.mark.django_db


def test_the_first_run_loads_everything_and_the_second_nothing() -> None:
    first, second = load_reference_data(), load_reference_data()
    assert not first.up_to_date
    assert first.changed["regions"] == Region.objects.count() > 6000
    assert second.up_to_date
    assert second.changed == {}
    assert DataRelease.objects.count() == 1
    assert Region.objects.get(code="460108").full_name == "海口市美兰区"
    assert Region.objects.get(code="469003").successors == ["460400"]
    assert not Region.objects.get(code="469099").official
    assert Occupation.objects.edition().occupations().get(name="家政服务员").code == "4-10-01-06"
    assert CodeItem.objects.of("person_category").get(code="02").identifier == "registered_unemployed"
    assert calendars.add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert (
        AuditEntry.objects.filter(table_name="reference_region").exclude(context__actor__system=LOADER.system).count()
        == 0
    )


def test_a_later_run_mends_what_differs_and_leaves_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    load_reference_data()
    kept = Region.objects.get(code="460100")
    with unit_of_work(LOADER):
        Region.objects.filter(code="460108").update(name="误")
        Occupation.objects.filter(edition="1999", code="4-07-12-02").delete()
    monkeypatch.setattr(load, "_FORMAT", "test")
    changed = load_reference_data().changed
    assert {name: count for name, count in changed.items() if count} == {
        "regions": 1,
        "occupations": 1,
        "occupation_successions": 1,
    }
    assert Region.objects.get(code="460108").name == "美兰区"
    assert Region.objects.get(code="460100").public_id == kept.public_id


def test_a_calendar_that_officers_keep_is_left_alone() -> None:
    officer = Actor.for_system("officer")
    calendars.fill_year(actor=officer, year=2026, source="省里通知", days=[(date(2026, 4, 10), "holiday", "三月三")])
    load_reference_data()
    year = CalendarYear.objects.get(year=2026)
    assert year.source == "省里通知"
    assert [day.name for day in year.days.all()] == ["三月三"]
    assert CalendarYear.objects.get(year=2025).days.count() > 20


def test_questions_about_divisions_and_codes_in_time() -> None:
    load_reference_data()

    def names(**filters: object) -> set[str]:
        return set(
            Region.objects.in_force(date(2010, 1, 1))
            .children_of("460000")
            .filter(**filters)
            .values_list("code", flat=True)
        )

    assert {"469003", "469031", "460100"} <= names()
    today = set(Region.objects.in_force().children_of("460000").values_list("code", flat=True))
    assert {"460300", "460400", "469099"} <= today
    assert not {"469003", "469031"} & today
    # 419001 was 义马市 until 1990 and came back as 济源市 in 1996
    assert not Region.objects.in_force(date(1993, 1, 1)).filter(code="419001").exists()
    assert Region.objects.in_force(date(1988, 1, 1)).filter(code="419001").exists()
    assert [region.code for region in Region.objects.today_of("460102")] == ["460107", "460108"]
    assert [one.name for one in Occupation.objects.successors_of(edition="1999", code="4-03-02-01")] == ["西式烹调师"]
    past = CodeItem.objects.of("person_category").valid_on(date(2026, 1, 1))
    assert not past.filter(code="01").exists()
    assert CodeItem.objects.of("education", "AAC011").get(code="40").name == "中专"


def _region(**changes: object) -> Region:
    fields = {
        "code": "999901",
        "name": "甲",
        "full_name": "甲",
        "province": "省",
        "level": "county",
        "parent_code": "990000",
    }
    return Region(**{**fields, "since": 2000, **changes})


@pytest.mark.parametrize(
    ("bad", "constraint"),
    [
        (_region(code="99990"), "region_code_six_digits"),
        (_region(until=2000), "region_years"),
        (_region(parent_code=""), "region_parent"),
        (_region(level="province"), "region_parent"),
        (Occupation(edition="2022", code="41001", name="甲", level=4, verified="own"), "occupation_code_form"),
    ],
)
def test_the_database_refuses_rows_that_cannot_be(bad: Region | Occupation, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), unit_of_work(LOADER):
        bad.save()


def test_a_table_has_one_current_edition_and_a_code_one_row() -> None:
    with unit_of_work(LOADER):
        table = CodeTable.objects.create(
            name="t", edition="1", title="表", current=True, source="来源", verified="own"
        )
        item = {"table": table, "position": 1, "name": "甲", "verified": "own"}
        CodeItem.objects.create(code="1", identifier="one", **item)
        with pytest.raises(IntegrityError, match="code_table_one_current"), transaction.atomic():
            CodeTable.objects.create(name="t", edition="2", title="表", current=True, source="来源", verified="own")
        with pytest.raises(IntegrityError, match="code_item_once"), transaction.atomic():
            CodeItem.objects.create(code="1", identifier="two", **item)
        with pytest.raises(IntegrityError, match="code_item_identifier"), transaction.atomic():
            CodeItem.objects.create(code="2", identifier="one", **item)
        with pytest.raises(IntegrityError, match="code_item_days"), transaction.atomic():
            CodeItem.objects.create(
                code="3", identifier="three", valid_from=date(2020, 1, 2), valid_to=date(2020, 1, 1), **item
            )


def test_a_code_means_one_thing_at_a_time() -> None:
    with unit_of_work(LOADER):
        region = _region()
        region.save()
        period = {"region": region, "name": "甲", "full_name": "甲", "since": 2000}
        RegionPeriod.objects.create(**period)
        with pytest.raises(IntegrityError, match="region_period_once"), transaction.atomic():
            RegionPeriod.objects.create(**period)
        with pytest.raises(IntegrityError, match="region_period_years"), transaction.atomic():
            RegionPeriod.objects.create(**{**period, "since": 2001, "until": 1999})
