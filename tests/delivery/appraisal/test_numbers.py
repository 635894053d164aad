import pytest

from qihang.delivery.appraisal.numbers import looks_like_number, number_plan


def test_sixteen_digits_by_the_rule_of_the_qualification_certificate() -> None:
    plan = number_plan(rule="16", region="460108", station_code="000317", year=2006, level=5)
    assert plan.number(42) == "0646012317500042"
    assert looks_like_number(plan.number(42))


def test_twenty_two_characters_by_the_rule_of_the_skill_level_certificate() -> None:
    plan = number_plan(rule="22", region="460108", station_code="000317", year=2026, level=4)
    assert plan.number(42) == "S000046000317264000042"
    assert len(plan.number(42)) == 22
    assert looks_like_number(plan.number(42))


def test_a_full_range_is_an_error_not_a_longer_number() -> None:
    plan = number_plan(rule="16", region="460108", station_code="000317", year=2026, level=5)
    assert plan.number(99_999).endswith("99999")
    with pytest.raises(ValueError, match="100000"):
        plan.number(100_000)


@pytest.mark.parametrize(
    "text", ["", "123", "S00004600031726400004", "X000046000317264000042", "0646012317600042", "064601231750004２"]
)
def test_other_texts_are_not_numbers(text: str) -> None:
    assert not looks_like_number(text)
