"""Resident numbers and credit codes as they arrive, and the verdict on each. All numbers are made up."""

from datetime import date

import pytest

from qihang.registry.reference.identity import (
    CreditCode,
    Resident,
    Verdict,
    age_on,
    clean_number,
    explain,
    organisation_check,
    parse_resident,
    parse_uscc,
    resident_check,
    resident_key,
    uscc_check,
)

ON = date(2026, 3, 9)
GOOD = "460106199009054305"
GOOD_X = "46000719800411183X"


def verdict(value: str | int | float | None, on: date = ON) -> str:
    return parse_resident(value, on=on).verdict.value


def number(seventeen: str) -> str:
    return seventeen + resident_check(seventeen)


def code(department: str = "91", region: str = "460100", organisation: str = "MA5T0C1Y") -> str:
    seventeen = department + region + organisation + organisation_check(organisation)
    return seventeen + uscc_check(seventeen)


# Resident numbers


def test_a_valid_number_gives_sex_birth_region_and_the_codes_of_today() -> None:
    assert parse_resident(GOOD, on=ON) == Resident(
        Verdict.VALID, GOOD, "female", date(1990, 9, 5), "460106", ("460106",)
    )


def test_an_old_code_is_valid_for_ever_and_today_follows_it() -> None:
    read = parse_resident("460034198111269316", on=ON)
    assert (read.region, read.today) == ("460034", ("469028",))
    split = parse_resident(number("46900419850312001"), on=ON)
    assert split.today == ("460105", "460106", "460107", "460108")


@pytest.mark.parametrize(
    "dirty",
    [
        "460007 19800411 183x",
        "４６０００７１９８００４１１１８３Ｘ",
        "４６０００７１９８００４１１１８３ｘ",
        "\u3000460007\u00a019800411\u2009183X\t\r\n",
        "\u200b460007\ufeff19800411183X\u202c",
        "\u202d460007\u2060198004\u00ad11183X\ufe0f",
        "460007-19800411-183X",
        "460007\u201319800411\u2014183X",
        "460007\u2212198004\uff0d11\u2010183X",
        "'46000719800411183X",
        "’46000719800411183X",
        " ＇46000719800411183x ",
        '"46000719800411183X',
    ],
)
def test_a_number_is_cleaned_before_it_is_judged(dirty: str) -> None:
    read = parse_resident(dirty, on=ON)
    assert (read.verdict, read.normalised) == (Verdict.VALID, GOOD_X)


@pytest.mark.parametrize("value", ["", "   ", "\u3000", "\u200b\ufeff", "--", "—", "'", None, float("nan")])
def test_nothing_left_after_cleaning_is_empty(value: str | float | None) -> None:
    assert verdict(value) == "empty"


@pytest.mark.parametrize(
    "value",
    [
        4.6000719781008e17,
        4.600071978100812e17,
        460007197810080000,
        460106199009054305,  # however whole it looks, no spreadsheet number has 18 digits
        "4.60007E+17",
        "4.6000719781008e+17",
        "4.60007E17",
        "4.60007E+017",
        "４．６Ｅ＋１７",
        "46.0007E+16",
        "460007197810080000.0",
        "460007197810080000.",
        "460007197810080000.00",
        "460,007,197,810,080,000",
        "4.60007E+14",  # an old number, shown without its last digits
    ],
)
def test_a_spreadsheet_number_has_lost_its_digits(value: str | int | float) -> None:
    assert verdict(value) == "digits_lost"


def test_text_that_ends_in_zeros_is_judged_by_its_check_digit() -> None:
    seventeen = next(s for n in range(1000) if resident_check(s := f"4600071978{n:04d}500") == "0" and _real(s))
    assert verdict(seventeen + "0") == "valid"
    assert verdict("460007197810080000") == "digits_lost"
    assert verdict("460007197810080001") == "check_digit"


def _real(seventeen: str) -> bool:
    return parse_resident(number(seventeen), on=ON).valid


@pytest.mark.parametrize("value", [460007781008123, 460007781008123.0, "460007781008123.0", "4.60007781008123E+14"])
def test_an_old_number_survives_a_spreadsheet(value: str | int | float) -> None:
    assert parse_resident(value, on=ON).normalised == number("46000719781008123")


@pytest.mark.parametrize(
    "value", ["46000778100812", "4600071978100812", "46010619900905430", GOOD + "1", 12, "1E5", "无"]
)
def test_a_number_of_another_length(value: str | int) -> None:
    assert verdict(value) == "bad_length"


@pytest.mark.parametrize(
    "value",
    [
        "46010619900905430Y",
        "4601061990O9054305",
        "X60106199009054305",
        "46000778100812X",
        "46000719800411183×",
        "46000719800411183Ⅹ",
        "٤60106199009054305",
        "460106199009054.05",
    ],
)
def test_a_character_that_does_not_belong(value: str) -> None:
    assert verdict(value) == "bad_character"


@pytest.mark.parametrize("birth", ["19900230", "19001301", "18991231", "20260310", "19900000", "19000229", "00000101"])
def test_a_date_that_cannot_be(birth: str) -> None:
    assert verdict(number(f"460106{birth}123")) == "bad_date"


@pytest.mark.parametrize("birth", ["19000101", "20260309", "20000229"])
def test_the_first_and_the_last_possible_date(birth: str) -> None:
    assert verdict(number(f"460106{birth}123")) == "valid"


def test_birth_is_held_against_the_given_day() -> None:
    born = number("46010620260309123")
    assert verdict(born, on=date(2026, 3, 8)) == "bad_date"


@pytest.mark.parametrize("region", ["460999", "000000", "469099", "990101"])
def test_a_region_never_in_force(region: str) -> None:
    assert verdict(number(f"{region}19900905430")) == "unknown_region"


@pytest.mark.parametrize("region", ["460200", "460100", "442222", "810000", "820000", "830000", "511421"])
def test_any_code_ever_in_force_is_known(region: str) -> None:
    assert verdict(number(f"{region}19900905430")) == "valid"


def test_the_check_digit_comes_last() -> None:
    assert verdict(GOOD[:-1] + "6") == "check_digit"
    assert verdict("460106199002300001") == "bad_date"
    assert verdict("460999199001010001") == "unknown_region"


def test_every_single_wrong_digit_is_found() -> None:
    for at in range(17):
        for digit in "0123456789":
            changed = GOOD[:at] + digit + GOOD[at + 1 :]
            assert (verdict(changed) == "valid") == (changed == GOOD)


def test_an_old_number_gets_its_century_and_its_check() -> None:
    read = parse_resident("460028 800311 179", on=ON)
    assert (read.normalised, read.sex, read.birth) == ("460028198003111792", "male", date(1980, 3, 11))
    assert verdict("460028801311179") == "bad_date"
    assert verdict("460999800311179") == "unknown_region"


def test_nothing_is_given_back_for_a_number_that_is_not_valid() -> None:
    assert parse_resident(GOOD[:-1] + "6", on=ON) == Resident(Verdict.CHECK_DIGIT)


def test_all_spellings_of_a_number_have_one_key() -> None:
    spellings = ["460028 800311179", "460028198003111792", "​４60028-19800311-1792"]
    assert {resident_key(spelling) for spelling in spellings} == {"460028198003111792"}
    assert resident_key(" 46000719800411183x") == GOOD_X
    assert resident_key("无 号") == "无号"
    assert resident_key("M0012345678901a") == "M0012345678901A"  # a passport is left as it is


def test_cleaning_leaves_everything_else_alone() -> None:
    assert clean_number("ａb１一ß\u0661") == "AB1一ß\u0661"


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(1976, 3, 9), date(2026, 3, 9), 50),
        (date(1976, 3, 10), date(2026, 3, 9), 49),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_is_completed_years(birth: date, on: date, age: int) -> None:
    assert age_on(birth, on) == age


# Unified social credit codes


def test_a_valid_credit_code_gives_its_parts() -> None:
    good = code()
    assert parse_uscc(good) == CreditCode(Verdict.VALID, good, "9", "1", "460100", good[8:17])


def test_the_checks_of_the_standards() -> None:
    assert organisation_check("D2143569") == "X"  # the worked example of GB 11714
    assert uscc_check("91350100M000100Y4") == "3"  # the worked example of GB 32100
    assert verdict_of_uscc("91350100M000100Y43") == "valid"


def verdict_of_uscc(value: str | int | float | None) -> str:
    return parse_uscc(value).verdict.value


def test_a_credit_code_is_cleaned_too() -> None:
    good = code()
    assert parse_uscc(f"'{good[:4].lower()} {good[4:10]}－{good[10:]}\u200b").normalised == good


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "empty"),
        (" ", "empty"),
        (9.1460100123456e17, "digits_lost"),
        ("9.1460100123456E+17", "digits_lost"),
        ("91460100MA5T0C1Y", "bad_length"),
        ("460100000012345", "bad_length"),  # an old registration number
    ],
)
def test_credit_codes_that_are_no_codes(value: str | float | None, expected: str) -> None:
    assert verdict_of_uscc(value) == expected


@pytest.mark.parametrize("letter", "IOZSV×")
def test_letters_that_are_never_used(letter: str) -> None:
    good = code()
    assert verdict_of_uscc(good[:10] + letter + good[11:]) == "bad_character"


@pytest.mark.parametrize("region", ["469900", "990000", "000000", "46A100", "100100"])
def test_a_credit_code_of_an_unknown_region(region: str) -> None:
    assert verdict_of_uscc(code(region=region)) == "unknown_region"


@pytest.mark.parametrize("region", ["460000", "460300", "469003", "100000", "440101", "110100", "469000"])
def test_registering_offices_use_more_codes_than_identity_cards(region: str) -> None:
    assert verdict_of_uscc(code(region=region)) == "valid"


def test_the_organisation_code_is_checked_before_the_whole() -> None:
    good = code()
    other = "0" if good[16] != "0" else "1"
    assert verdict_of_uscc(good[:16] + other + good[17]) == "org_check"
    last = "A" if good[17] != "A" else "B"
    assert verdict_of_uscc(good[:17] + last) == "check_digit"


def test_a_credit_code_that_looks_like_scientific_notation_is_read_as_text() -> None:
    lookalike = code(organisation="12345E67")
    assert verdict_of_uscc(lookalike) == "valid"


# What the clerk is told


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_is_explained_without_giving_the_answer(verdict: Verdict) -> None:
    kinds = (
        ["uscc"]
        if verdict is Verdict.ORG_CHECK
        else ["resident"]
        if verdict is Verdict.BAD_DATE
        else ["resident", "uscc"]
    )
    for kind in kinds:
        told = explain(verdict, kind)  # type: ignore[arg-type]
        assert told.wrong.endswith("。")
        assert told.mend.endswith("。") or verdict is Verdict.VALID
        assert "应为X" not in str(told)
