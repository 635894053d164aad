"""Which value binds: the nearest place, the right days, the right discriminator; caps of all levels together."""

import datetime as dt
from decimal import Decimal

import pytest

from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.parameters import (
    ParameterBook,
    ParameterRow,
    by_from_text,
    by_of,
    by_text,
    chain_by_code,
)
from qihang.registry.policy.engine.values import parse_value

RATE, SIZE, CAP, REVIEW = (
    CATALOGUE[key] for key in ("training.rate", "class.size_max", "training.lifetime_cap", "review.days")
)
FIVE = by_of({"level": 5})


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def row(
    key: str, value: object, region: str = "460000", start: str = "2020-01-01", end: str | None = None, **by: object
) -> ParameterRow:
    spec = CATALOGUE[key]
    return ParameterRow(
        spec, region, day(start), parse_value(spec.kind, value), day(end) if end else None, by_of(by), source="甲"
    )


@pytest.mark.parametrize(
    ("region", "chain"),
    [
        ("460106", ("460106", "460100", "460000", "CN")),
        ("469002", ("469002", "469000", "460000", "CN")),
        ("460100", ("460100", "460000", "CN")),
        ("460000", ("460000", "CN")),
        ("460400499", ("460400499", "460400", "460000", "CN")),
        ("CN", ("CN",)),
        ("", ("CN",)),
    ],
)
def test_a_place_and_what_lies_above_it(region: str, chain: tuple[str, ...]) -> None:
    assert chain_by_code(region) == chain


class TestLookup:
    def test_the_nearest_place_wins(self) -> None:
        book = ParameterBook([row("class.size_max", 50, "CN"), row("class.size_max", 40, "460100")])
        on = day("2026-01-01")
        assert [book.lookup("class.size_max", region=place, on=on).value for place in ("460106", "460200")] == [40, 50]

    def test_first_and_last_day_are_included(self) -> None:
        book = ParameterBook([row("class.size_max", 50, start="2021-01-01", end="2021-12-31")])
        found = [
            book.lookup("class.size_max", region="460106", on=day(on)) is not None
            for on in ("2020-12-31", "2021-01-01", "2021-12-31", "2022-01-01")
        ]
        assert found == [False, True, True, False]

    def test_a_place_that_has_lapsed_gives_way_to_the_one_above(self) -> None:
        book = ParameterBook([row("class.size_max", 50, "CN"), row("class.size_max", 40, end="2020-06-30")])
        assert book.lookup("class.size_max", region="460106", on=day("2020-07-01")).value == 50

    def test_discriminators_pick_the_row(self) -> None:
        book = ParameterBook([row("training.rate", 1500, level=5), row("training.rate", 1800, level=4)])
        on = day("2026-01-01")
        assert book.lookup("training.rate", region="460106", on=on, by=by_of({"level": "4"})).value == Decimal(
            "1800.00"
        )
        assert book.lookup("training.rate", region="460106", on=on, by=by_of({"level": "3"})) is None

    def test_each_stands_for_what_is_not_named_and_the_named_comes_first(self) -> None:
        book = ParameterBook([row("review.days", 5, step="each"), row("review.days", 3, step="approve")])
        on = day("2026-01-01")
        found = [
            book.lookup("review.days", region="460106", on=on, by=by_of({"step": step})).value
            for step in ("review", "approve")
        ]
        assert found == [5, 3]

    def test_nothing_set_is_none_and_never_a_default(self) -> None:
        assert ParameterBook([]).lookup("class.size_max", region="460106", on=day("2026-01-01")) is None


class TestCaps:
    BOOK = ParameterBook([row("training.lifetime_cap", 3, "CN"), row("training.lifetime_cap", 2, "460000")])

    def test_all_levels_bind_together(self) -> None:
        found = self.BOOK.lookup_all("training.lifetime_cap", region="460106", on=day("2026-01-01"))
        assert [(item.region, item.value) for item in found] == [("460000", 2), ("CN", 3)]
        assert self.BOOK.binding(CAP, region="460106", on=day("2026-01-01")) == found

    def test_other_keys_are_bound_by_the_nearest_alone(self) -> None:
        book = ParameterBook([row("class.size_max", 50, "CN"), row("class.size_max", 40)])
        assert [item.value for item in book.binding(SIZE, region="460106", on=day("2026-01-01"))] == [40]


class TestSupposing:
    BOOK = ParameterBook(
        [row("training.rate", 600, end="2020-12-31", level=5), row("training.rate", 1500, start="2021-01-01", level=5)]
    )

    def test_a_value_holds_everywhere_and_always(self) -> None:
        book = self.BOOK.changed([(RATE, None, Decimal("1600.00"))])
        for on, level in (("2006-01-01", "5"), ("2026-01-01", "5"), ("2026-01-01", "1")):
            found = book.lookup("training.rate", region="120000", on=day(on), by=by_of({"level": level}))
            assert found is not None and found.value == Decimal("1600.00")

    def test_one_discriminator_leaves_the_others_alone(self) -> None:
        book = self.BOOK.changed([(RATE, by_of({"level": 4}), Decimal("1600.00"))])
        on = day("2026-01-01")
        assert book.lookup("training.rate", region="460106", on=on, by=FIVE).value == Decimal("1500.00")
        assert book.lookup("training.rate", region="460106", on=on, by=by_of({"level": 4})).value == Decimal("1600.00")

    def test_the_book_itself_stays_as_it_was(self) -> None:
        self.BOOK.changed([(RATE, None, Decimal("1600.00"))])
        assert self.BOOK.lookup("training.rate", region="460106", on=day("2026-01-01"), by=FIVE).value == 1500
        assert len(self.BOOK) == 2


def test_discriminators_have_one_form_whatever_their_order() -> None:
    by = by_of({"step": "each", "level": 5})
    assert by == by_of({"level": "5", "step": "each"})
    assert by_text(by) == "level=5,step=each"
    assert by_from_text(by_text(by)) == by
    assert by_of(None) == by_from_text("") == ()


def test_a_row_goes_into_a_decision_with_all_that_identifies_it() -> None:
    assert row("training.rate", 1500, level=5).as_json() == {
        "key": "training.rate",
        "value": "1500.00",
        "region": "460000",
        "valid_from": "2020-01-01",
        "source": "甲",
        "verified": "unverified",
        "by": {"level": "5"},
        "id": None,
    }


def test_every_key_of_the_catalogue_is_named_once_and_says_what_it_is() -> None:
    for key, spec in CATALOGUE.items():
        assert key == spec.key
        assert spec.label and spec.unit
        assert all({name for name, _ in by} == set(spec.by) for by in spec.expected)
