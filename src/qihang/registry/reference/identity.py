"""Resident identity numbers (GB 11643) and unified social credit codes (GB 32100). Pure: no Django, no database.

Both are read as offices send them: typed with spaces, full-width digits, hyphens, zero-width marks from a chat
window, a leading apostrophe, or as a spreadsheet number that has lost its last digits for good. Verdicts come in one
fixed order, the first that applies. Only a valid value is given back; a wrong check digit is never corrected, and the
right one never shown, because the mistake may sit in any other digit.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import mul
from typing import Final, Literal

from qihang.registry.reference.regions import MUNICIPALITIES, RegionTable, region_table

Kind = Literal["resident", "uscc"]
Raw = str | int | float | None


class Verdict(StrEnum):
    """What a number is, in the order in which the checks are made."""

    EMPTY = "empty"
    DIGITS_LOST = "digits_lost"
    BAD_LENGTH = "bad_length"
    BAD_CHARACTER = "bad_character"
    BAD_DATE = "bad_date"
    UNKNOWN_REGION = "unknown_region"
    ORG_CHECK = "org_check"
    CHECK_DIGIT = "check_digit"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Resident:
    """A resident number read. Everything after the verdict is None (or empty) unless it is valid."""

    verdict: Verdict
    normalised: str | None = None
    sex: str | None = None
    birth: date | None = None
    region: str | None = None
    today: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        return self.verdict is Verdict.VALID


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A unified social credit code read. Everything after the verdict is None unless it is valid."""

    verdict: Verdict
    normalised: str | None = None
    department: str | None = None
    category: str | None = None
    region: str | None = None
    organisation_code: str | None = None

    @property
    def valid(self) -> bool:
        return self.verdict is Verdict.VALID


# Cleaning

_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)
_SELECTORS: Final = range(0xFE00, 0xFE10)
_DASHES: Final = frozenset("\u02d7\u2043\u2212\u2500\u2501\u30fc\uff70")  # typed as hyphens, though not of category Pd
_LEADING_QUOTES: Final = "'\"`\u00b4\u2018\u2019\u201b\u201c\u201d\u2032"


class _Cleaning(dict[int, int | None]):
    """A `str.translate` table that works out each character once; None drops it."""

    def __missing__(self, point: int) -> int | None:
        self[point] = result = _cleaned_point(point)
        return result


def _cleaned_point(point: int) -> int | None:
    if point in _FULL_WIDTH:
        point -= 0xFEE0
    char = chr(point)
    if char.isspace() or char in _DASHES or point in _SELECTORS or unicodedata.category(char) in {"Cf", "Pd"}:
        return None
    return ord(char.upper()) if char.isascii() else point


_CLEANING: Final = _Cleaning()


def clean_number(text: str) -> str:
    """The text without what does not belong to a number: width, white space, hidden marks, hyphens, case, quote."""
    return text.translate(_CLEANING).lstrip(_LEADING_QUOTES)


# Spreadsheet numbers. A spreadsheet keeps 15 digits, so an 18-digit number has lost its last ones for good, while a
# 15-digit one is whole.

LONG: Final = 18
SHORT: Final = 15
_SCIENTIFIC: Final = re.compile(r"([0-9]+)\.?([0-9]*)E\+?([0-9]{1,3})")
_WHOLE: Final = re.compile(r"([0-9]+)\.0*")
_GROUPED: Final = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)(?:\.0*)?")
_ROUNDED_TAIL: Final = "000"


def _read(value: Raw) -> tuple[str, bool]:
    """The cleaned text of a cell, and whether it is a number that has lost digits."""
    if isinstance(value, str):
        return _read_text(clean_number(value))
    if value is None or value != value:  # NaN: an empty cell in a column of numbers
        return "", False
    whole = isinstance(value, int) or value.is_integer()
    text = str(int(value)) if whole else str(value)
    return text, len(text) == LONG


def _read_text(text: str) -> tuple[str, bool]:
    if text.isalnum() and len(text) == LONG:  # a credit code may look like 12E5
        return text, False
    if match := _SCIENTIFIC.fullmatch(text):
        digits = match[1] + match[2]
        length = len(match[1]) + int(match[3])
        whole = length == len(digits) == SHORT
        return (digits, False) if whole else (text, length in {SHORT, LONG})
    if match := _WHOLE.fullmatch(text) or _GROUPED.fullmatch(text):
        digits = match[1].replace(",", "")
        return digits, len(digits) == LONG
    return text, False


# Resident numbers

_RESIDENT: Final = re.compile(r"[0-9]{15}|[0-9]{17}[0-9X]")
_RESIDENT_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS: Final = "10X98765432"
FIRST_YEAR: Final = 1900

# Residence permits of people of Taiwan carry an address code that is no division of GB/T 2260 (those of Hong Kong and
# Macao carry 810000 and 820000, which are).
RESIDENCE_PERMIT_CODES: Final = frozenset({"830000"})


def resident_check(seventeen: str) -> str:
    """The check character of the first 17 digits of a resident number (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(map(mul, _RESIDENT_WEIGHTS, seventeen.encode("ascii")))  # of byte values: 48 more than the digits
    return _RESIDENT_CHECKS[(total - ord("0") * sum(_RESIDENT_WEIGHTS)) % 11]


def _to_eighteen(number: str) -> str:
    """An old 15-digit number with its century and check character; an 18-digit one as it is."""
    if len(number) == LONG:
        return number
    seventeen = f"{number[:6]}19{number[6:]}"
    return seventeen + resident_check(seventeen)


def resident_key(text: str) -> str:
    """The one form under which a number is looked up: cleaned, 15 digits brought to 18. It need not be valid."""
    cleaned = clean_number(text)
    return _to_eighteen(cleaned) if len(cleaned) == SHORT and _RESIDENT.fullmatch(cleaned) else cleaned


def _birth(digits: str, on: date) -> date | None:
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return birth if birth.year >= FIRST_YEAR and birth <= on else None


def parse_resident(value: Raw, *, on: date, regions: RegionTable | None = None) -> Resident:
    """Reads a resident identity number.

    `on` is the day on which the person must have been born. Any code of `regions` (default: every division in force
    in any year since 1981) is good for ever. A number kept as text that ends in 000 and fails its check has been
    through a spreadsheet, so it too has lost its digits.
    """
    text, lost = _read(value)
    table = regions or region_table()
    fault = _shape_fault(text, lost=lost, lengths=(SHORT, LONG), pattern=_RESIDENT)
    if fault:
        return Resident(fault)
    number = _to_eighteen(text)
    birth = _birth(number[6:14], on)
    region = number[:6]
    if birth is None:
        return Resident(Verdict.BAD_DATE)
    if region not in table and region not in RESIDENCE_PERMIT_CODES:
        return Resident(Verdict.UNKNOWN_REGION)
    if number[17] != resident_check(number[:17]):
        return Resident(Verdict.DIGITS_LOST if number.endswith(_ROUNDED_TAIL) else Verdict.CHECK_DIGIT)
    sex = "male" if int(number[16]) % 2 else "female"
    return Resident(Verdict.VALID, number, sex, birth, region, table.today(region))


def _shape_fault(text: str, *, lost: bool, lengths: tuple[int, ...], pattern: re.Pattern[str]) -> Verdict | None:
    if lost:
        return Verdict.DIGITS_LOST
    if not text:
        return Verdict.EMPTY
    if len(text) not in lengths:
        return Verdict.BAD_LENGTH
    return None if pattern.fullmatch(text) else Verdict.BAD_CHARACTER


def age_on(birth: date, on: date) -> int:
    """Completed years on a day. Born on 29 February one is a year older on 1 March of common years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


# Unified social credit codes

_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, Z, S, V
_USCC: Final = re.compile(f"[{_USCC_ALPHABET}]{{18}}")
_USCC_VALUES: Final = {char: index for index, char in enumerate(_USCC_ALPHABET)}
_USCC_WEIGHTS: Final = tuple(pow(3, index, 31) for index in range(17))
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_NATION: Final = "100000"  # registered with the national office


def organisation_check(eight: str) -> str:
    """The check character of an organisation code (GB 11714) from its first eight characters."""
    total = sum(weight * int(char, 36) for weight, char in zip(_ORGANISATION_WEIGHTS, eight, strict=True))
    return "0123456789X0"[11 - total % 11]


def uscc_check(seventeen: str) -> str:
    """The check character of a unified social credit code (GB 32100, MOD 31) from its first 17 characters."""
    total = sum(weight * _USCC_VALUES[char] for weight, char in zip(_USCC_WEIGHTS, seventeen, strict=True))
    return _USCC_ALPHABET[-total % 31]


def _registers_firms(region: str, table: RegionTable) -> bool:
    """Whether a registering office has this code: any division, the nation, and the collective codes of GB/T 2260.

    Those are 市辖区 (440101), the districts of a municipality (110100) and 省直辖 (469000): no place of their own, but
    found in credit codes.
    """
    if region in table or region == _NATION:
        return True
    if region[4:] == "01":
        return f"{region[:4]}00" in table
    collective = {"0100", "0200", "9000"} if region[:2] in MUNICIPALITIES else {"9000"}
    return region[2:] in collective and f"{region[:2]}0000" in table


def parse_uscc(value: Raw, *, regions: RegionTable | None = None) -> CreditCode:
    """Reads a unified social credit code. The nested organisation code is checked before the code as a whole."""
    text, lost = _read(value)
    fault = _shape_fault(text, lost=lost, lengths=(LONG,), pattern=_USCC)
    if fault:
        return CreditCode(fault)
    region, organisation = text[2:8], text[8:17]
    if not _registers_firms(region, regions or region_table()):
        return CreditCode(Verdict.UNKNOWN_REGION)
    if organisation[8] != organisation_check(organisation[:8]):
        return CreditCode(Verdict.ORG_CHECK)
    if text[17] != uscc_check(text[:17]):
        return CreditCode(Verdict.CHECK_DIGIT)
    return CreditCode(Verdict.VALID, text, text[0], text[1], region, organisation)


# What to tell the person who must mend it


@dataclass(frozen=True, slots=True)
class Explanation:
    """Two Chinese sentences: what is wrong, and how to mend it."""

    wrong: str
    mend: str

    def __str__(self) -> str:
        return self.wrong + self.mend


_RESIDENT_EXPLANATIONS: Final = {
    Verdict.EMPTY: Explanation("没有填写身份证号码。", "请按身份证补填。"),
    Verdict.DIGITS_LOST: Explanation(
        "号码被电子表格当作数字保存，末尾几位已经丢失，无法还原。", "请先把单元格设为“文本”，再照身份证重新录入。"
    ),
    Verdict.BAD_LENGTH: Explanation(
        "身份证号码应为18位（旧号15位），现有位数不对。", "请照身份证核对是否漏填或多填。"
    ),
    Verdict.BAD_CHARACTER: Explanation(
        "身份证号码里有不该出现的字符，只有第18位可以是字母X。", "请照身份证重新录入。"
    ),
    Verdict.BAD_DATE: Explanation(
        "号码中的出生日期（第7至14位）不存在、早于1900年或晚于业务日期。", "请照身份证核对出生日期部分。"
    ),
    Verdict.UNKNOWN_REGION: Explanation("号码前6位不是任何一年用过的行政区划代码。", "请照身份证核对前6位。"),
    Verdict.CHECK_DIGIT: Explanation("号码前后不相符，至少有一位录错，不一定是末位。", "请照身份证逐位核对。"),
    Verdict.VALID: Explanation("号码正确。", ""),
}

_USCC_EXPLANATIONS: Final = {
    Verdict.EMPTY: Explanation("没有填写统一社会信用代码。", "请按营业执照补填。"),
    Verdict.DIGITS_LOST: Explanation(
        "代码被电子表格当作数字保存，末尾几位已经丢失，无法还原。", "请先把单元格设为“文本”，再照营业执照重新录入。"
    ),
    Verdict.BAD_LENGTH: Explanation(
        "统一社会信用代码应为18位，现有位数不对。", "请照营业执照核对；旧的注册号、组织机构代码不能代替。"
    ),
    Verdict.BAD_CHARACTER: Explanation(
        "代码只用数字和大写字母，且不用I、O、Z、S、V。", "请看是否把0、1、2、5误作字母，照营业执照重新录入。"
    ),
    Verdict.UNKNOWN_REGION: Explanation("代码第3至8位不是任何一年用过的行政区划代码。", "请照营业执照核对第3至8位。"),
    Verdict.ORG_CHECK: Explanation(
        "代码第9至17位（主体标识码）前后不相符，至少有一位录错。", "请照营业执照逐位核对第9至17位。"
    ),
    Verdict.CHECK_DIGIT: Explanation("代码前后不相符，至少有一位录错，不一定是末位。", "请照营业执照逐位核对。"),
    Verdict.VALID: Explanation("代码正确。", ""),
}


def explain(verdict: Verdict, kind: Kind = "resident") -> Explanation:
    """What a verdict means to a clerk and what to do about it. Never says which digit would be right."""
    return (_USCC_EXPLANATIONS if kind == "uscc" else _RESIDENT_EXPLANATIONS)[verdict]
