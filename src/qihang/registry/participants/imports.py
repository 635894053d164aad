"""Columns about a person, as any bulk file may have them: name, identity number, sex, phone, education,
category.

Values in the parsed rows: `name` text; `identity` the 18 characters of a valid number, else null, with
`identity_sex` (male/female), `identity_birth`, `identity_region`; `sex` male/female; `phone` digits;
`education` an identifier of the code table education; `category` codes of person_category joined by commas,
with `category_word` as written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from qihang.foundation.imports.engine.days import each_distinct
from qihang.foundation.imports.engine.fields import Field, Parsed, RawColumn, Reading, tidied, words
from qihang.foundation.imports.engine.masking import Mask
from qihang.foundation.imports.engine.rules import Check, Rule, Severity, Stage
from qihang.foundation.imports.engine.text import cleaned_where_needed, name_column, squeezed
from qihang.registry.reference.codes import codes, find_code
from qihang.registry.reference.identity import Verdict, explain, parse_uscc
from qihang.registry.reference.identity_columns import parse_residents

EXPERT_LOOK = "证件没错的，提交证件照片，由县里人工核"

# --- name ----------------------------------------------------------------------------------------------------------

NAME_MISSING = Rule("R-NAME-01", Severity.ERROR, Stage.MISSING, "没填姓名", "请按身份证补上")
NAME_ODD = Rule(
    "R-NAME-02",
    Severity.ERROR,
    Stage.FORM,
    "“{value}”不像姓名",
    "请按身份证改成本人的姓名，姓名里不写数字和说明",
)
NAME_DIFFERS = Rule(
    "R-NAME-03",
    Severity.CONFIRM,
    Stage.PROVINCE,
    "这个身份证号在全省登记的姓名是“{note}”，表里写的是“{value}”",
    "请照身份证核对姓名和号码",
    "改过名的，确认后照样导入，登记的姓名由县里凭户口簿改",
    "一人一号",
)

# Digits, signs and brackets with remarks; nothing but signs; longer than any name.
_NOT_A_NAME = r"[0-9@#*?？=+<>()（）\[\]【】]|^[^\p{L}]*$|.{51}"
_NO_NAMES = ["null", "none", "nan", "test", "测试", "未知", "某某", "xxx", "migrated", "姓名", "作废"]


def parse_name(raw: RawColumn, reading: Reading) -> Parsed:
    """A person's name, its characters as written."""
    clean = cleaned_where_needed(raw.text, r"^\p{Han}+$", name_column)
    odd = clean.str.contains(_NOT_A_NAME) | clean.str.to_lowercase().is_in(_NO_NAMES)
    return Parsed({"": clean}, [(NAME_ODD, odd)], tidied(clean, raw.text))


# --- identity number -----------------------------------------------------------------------------------------------

_VERDICT_IDS = {
    Verdict.EMPTY: "R-ID-01",
    Verdict.DIGITS_LOST: "R-ID-02",
    Verdict.CHECK_DIGIT: "R-ID-03",
    Verdict.BAD_LENGTH: "R-ID-04",
    Verdict.BAD_CHARACTER: "R-ID-05",
    Verdict.BAD_DATE: "R-ID-06",
    Verdict.UNKNOWN_REGION: "R-ID-07",
}
_VERDICT_STAGES = {Verdict.EMPTY: Stage.MISSING, Verdict.CHECK_DIGIT: Stage.CHECK, Verdict.UNKNOWN_REGION: Stage.CHECK}


def _identity_rule(verdict: Verdict) -> Rule:
    words_for = explain(verdict)
    mend = words_for.mend.rstrip("。")
    return Rule(
        _VERDICT_IDS[verdict],
        Severity.ERROR,
        _VERDICT_STAGES.get(verdict, Stage.FORM),
        words_for.wrong.rstrip("。"),
        mend,
        EXPERT_LOOK if verdict in {Verdict.CHECK_DIGIT, Verdict.UNKNOWN_REGION} else "",
        "GB 11643",
    )


IDENTITY_RULES = {verdict: _identity_rule(verdict) for verdict in _VERDICT_IDS}
IDENTITY_MISSING = IDENTITY_RULES[Verdict.EMPTY]
IDENTITY_TWICE = Rule(
    "R-DUP-01",
    Severity.ERROR,
    Stage.OTHER_CELLS,
    "和第 {note} 行是同一个人",
    "一个人只留一行，请删去这一行，或者照身份证改正号码",
)

_LONG = 18


def parse_identity(raw: RawColumn, reading: Reading) -> Parsed:
    """A resident identity number; see the module for the facts read out of it."""
    read = parse_residents(raw.text, on=reading.on)
    lost = (raw.numeric & (raw.text.str.len_chars() == _LONG)).fill_null(False)
    verdict = read["verdict"].cast(pl.String).set(lost, Verdict.DIGITS_LOST.value)
    valid = verdict == Verdict.VALID.value
    facts = read.select(
        pl.when(valid).then(pl.col(name)).alias(name) for name in ("normalised", "sex", "birth", "region")
    )
    faults = [(IDENTITY_RULES[one], verdict == one.value) for one in _VERDICT_IDS if one is not Verdict.EMPTY]
    return Parsed(
        {
            "": facts["normalised"],
            "_sex": facts["sex"].cast(pl.String),
            "_birth": facts["birth"],
            "_region": facts["region"],
        },
        [(rule, hit & raw.text.is_not_null()) for rule, hit in faults],
        tidied(facts["normalised"], raw.text),
    )


def first_row_of_same(who: str, *others: pl.Expr) -> pl.Expr:
    """For the later rows of the same `who` (and the same others) the number of the first one, as text."""
    first = pl.col("_row").min().over(pl.struct(pl.col(who), *others))
    return pl.when(pl.col(who).is_not_null() & (pl.col("_row") > first)).then(first.cast(pl.String))


SAME_PERSON_TWICE = Check(IDENTITY_TWICE, "identity", first_row_of_same("identity"))
TWO_NUMBERS = Rule(
    "R-DUP-02",
    Severity.ERROR,
    Stage.PROVINCE,
    "和第 {note} 行是同一个人，其中一个是以前登记的旧号码",
    "一个人只留一行，请留现在用的号码那一行",
)

# --- sex -----------------------------------------------------------------------------------------------------------

SEX_UNKNOWN = Rule("R-SEX-01", Severity.ERROR, Stage.FORM, "“{value}”不是性别", "请填“男”或“女”")
SEX_DIFFERS = Rule(
    "R-SEX-02",
    Severity.ERROR,
    Stage.OTHER_CELLS,
    "性别填的是“{value}”，身份证号上是“{note}”",
    "请照身份证改正性别；也可能是号码抄错了一位",
    EXPERT_LOOK,
    "GB 11643",
)
SEX_LABELS = {"male": "男", "female": "女"}
_SEX_WORDS = {
    "男": "male",
    "女": "female",
    "男性": "male",
    "女性": "female",
    "1": "male",
    "2": "female",
    "M": "male",
    "F": "female",
}

SEX_AGAINST_NUMBER = Check(
    SEX_DIFFERS,
    "sex",
    pl.when(pl.col("sex") != pl.col("identity_sex")).then(
        pl.col("identity_sex").replace_strict(SEX_LABELS, default=None)
    ),
)

# --- phone ---------------------------------------------------------------------------------------------------------

PHONE_MISSING = Rule(
    "R-TEL-01",
    Severity.CONFIRM,
    Stage.MISSING,
    "没填联系电话",
    "请补上能找到本人的号码",
    "本人没有电话的，确认后照样导入",
)
PHONE_ODD = Rule(
    "R-TEL-02",
    Severity.ERROR,
    Stage.FORM,
    "不是手机号（11 位）或座机号",
    "请核对是否少了一位或多了一位，只填一个号码",
    "本人没有电话的，把这一格清空",
)
PHONE_SHARED = Rule(
    "R-TEL-03",
    Severity.CONFIRM,
    Stage.OTHER_CELLS,
    "表里 {note} 个人填了同一个电话",
    "请换成本人的号码",
    "确实共用的，确认后照样导入；发给本人的通知以窗口登记的号码为准",
)
SHARED_BY = 3

_PHONE_DIRT = re.compile(r"[-—–‐－\s()（）.·'’]")
_MOBILE = r"^1[3-9][0-9]{9}$"
_PHONE = r"1[3-9][0-9]{9}|0[0-9]{2,3}[2-8][0-9]{6,7}|[2-8][0-9]{6,7}|[48]00[0-9]{7}"


def parse_phone(raw: RawColumn, reading: Reading) -> Parsed:
    """A mobile or landline number as bare digits."""
    plain = each_distinct(raw.text, _plain_phone, pl.String, _MOBILE)
    right = plain.str.contains(f"^(?:{_PHONE})$").fill_null(False)
    return Parsed(
        {"": plain.set(~right, None)},
        [(PHONE_ODD, raw.text.is_not_null() & ~right)],
        tidied(plain, raw.text).set(~right, None),
    )


def _plain_phone(text: str) -> str:
    plain = _PHONE_DIRT.sub("", squeezed(text))
    return re.sub(r"^(?:\+?86|0086)(?=1\d{10}$)", "", plain)


def _shared_phone() -> pl.Expr:
    people = pl.coalesce("identity", "name").n_unique().over("phone")
    return pl.when(pl.col("phone").is_not_null() & (people >= SHARED_BY)).then(people.cast(pl.String))


PHONE_SHARED_IN_FILE = Check(PHONE_SHARED, "phone", _shared_phone())

# --- education and category ----------------------------------------------------------------------------------------

EDUCATION_UNKNOWN = Rule(
    "R-EDU-01",
    Severity.ERROR,
    Stage.FORM,
    "没有“{value}”这种文化程度",
    "请填小学、初中、高中、中专、大专、本科等；说不准是高中还是中专的，填“高中/中专”",
)
CATEGORY_MISSING = Rule(
    "R-CAT-01",
    Severity.CONFIRM,
    Stage.MISSING,
    "没填人员类别",
    "请按本人的证件或证明补上",
    "确认后照样导入，够不够领补贴等县里核实类别再定",
)
CATEGORY_UNKNOWN = Rule(
    "R-CAT-02",
    Severity.ERROR,
    Stage.FORM,
    "“{value}”不是能领培训补贴的人员类别",
    "填错了的，请改成证件或证明上的类别",
    "本人确实只是这一类的，可以报名自费学，也可以申诉",
    keeps_row=True,
)

_BETWEEN_CATEGORIES = re.compile(r"[、,，;；/／+和及 ]+")


def education_words() -> dict[str, str]:
    """Every word for a level of education that rosters use, to its identifier."""
    found = {}
    for code in codes("education"):
        found.update(dict.fromkeys((code.name, *code.aliases), code.identifier))
    return found


def parse_category(raw: RawColumn, reading: Reading) -> Parsed:
    """One category or several, by code; a word that no table knows leaves the whole cell without a value."""
    value = each_distinct(raw.text, _category_codes, pl.String)
    word = each_distinct(raw.text, squeezed, pl.String)
    known = value.is_not_null()
    return Parsed(
        {"": value, "_word": word},
        [(CATEGORY_UNKNOWN, raw.text.is_not_null() & ~known)],
        tidied(word, raw.text).set(~known, None),
    )


def _category_codes(text: str) -> str | None:
    whole = find_code("person_category", text)
    if whole:
        return whole.code
    found = [find_code("person_category", part) for part in _BETWEEN_CATEGORIES.split(text.strip()) if part]
    if not found or None in found:
        return None
    return ",".join(dict.fromkeys(code.code for code in found if code))


# --- certificate of registration, credit code ----------------------------------------------------------------------

CREDIT_CODE_ODD = Rule(
    "R-USCC-01",
    Severity.ERROR,
    Stage.FORM,
    "{note}",
    "",
    "执照没错的，提交执照照片，由县里人工核",
    "GB 32100",
)


def parse_credit_code(raw: RawColumn, reading: Reading) -> Parsed:
    """A unified social credit code."""
    value = each_distinct(raw.text, lambda text: parse_uscc(text).normalised, pl.String)
    fault = each_distinct(raw.text, _credit_fault, pl.String)
    return Parsed({"": value}, [(CREDIT_CODE_ODD, fault)], tidied(value, raw.text))


def _credit_fault(text: str) -> str | None:
    read = parse_uscc(text)
    return None if read.valid else str(explain(read.verdict, "uscc")).rstrip("。")


# --- the columns ---------------------------------------------------------------------------------------------------

SERIAL = Field("serial", "序号", ("序", "编号", "号", "No", "学号", "序列"))
NAME = Field(
    "name",
    "姓名",
    (
        "学员姓名",
        "参训人员姓名",
        "学员",
        "人员姓名",
        "考生姓名",
        "名字",
        "参训学员",
        "培训人员姓名",
        "劳动者姓名",
        "人员",
        "真实姓名",
    ),
    parse_name,
    required=True,
    key=True,
    missing=NAME_MISSING,
    mask=Mask.NAME,
)
IDENTITY = Field(
    "identity",
    "身份证号",
    (
        "身份证号码",
        "公民身份号码",
        "公民身份证号码",
        "居民身份证号码",
        "居民身份证号",
        "居民身份证",
        "身份证",
        "身份证件号码",
        "身份证件号",
        "证件号码",
        "证件号",
        "有效证件号码",
        "身份号码",
        "社会保障号码",
        "社会保障号",
        "身份证明号码",
        "ID号",
    ),
    parse_identity,
    required=True,
    key=True,
    missing=IDENTITY_MISSING,
    mask=Mask.NUMBER,
)
SEX = Field("sex", "性别", ("男女",), words(_SEX_WORDS, SEX_UNKNOWN))
PHONE = Field(
    "phone",
    "联系电话",
    (
        "电话",
        "手机",
        "手机号",
        "手机号码",
        "联系方式",
        "电话号码",
        "联系号码",
        "联系手机",
        "本人电话",
        "移动电话",
        "联系电话手机",
        "电话手机",
    ),
    parse_phone,
    missing=PHONE_MISSING,
    mask=Mask.PHONE,
)
EDUCATION = Field(
    "education",
    "文化程度",
    ("学历", "文化", "文化水平", "受教育程度", "最高学历", "教育程度"),
    words(education_words(), EDUCATION_UNKNOWN),
)
CATEGORY = Field(
    "category",
    "人员类别",
    (
        "类别",
        "人员类型",
        "人员身份",
        "对象类别",
        "培训对象类别",
        "身份类别",
        "培训对象",
        "人群类别",
        "人员分类",
        "学员类别",
        "补贴对象类别",
    ),
    parse_category,
    missing=CATEGORY_MISSING,
)


def optional(one: Field) -> Field:
    """The same column where a file may do without it, and where an empty cell means nothing."""
    return replace(one, required=False, missing=None)


def name_against_register(rows: pl.DataFrame, registered: dict[str, str]) -> pl.Series:
    """The registered name where it is another one; `registered` maps identity numbers to names."""
    found = rows["identity"].replace_strict(
        list(registered), list(registered.values()), default=None, return_dtype=pl.String
    )
    plain = pl.select(name_column(pl.lit(found))).to_series()
    return found.set((plain == rows["name"]).fill_null(True), None)


def rows_of_one(rows: pl.DataFrame, standing: Mapping[str, str]) -> pl.Series:
    """For later rows of somebody under another number, the first row's number, as text.

    `standing` leads from the number of a merged record to the one that its person is known by.
    """
    known = pl.col("identity").replace(list(standing), list(standing.values())).alias("known")
    same = rows.select("_row", "identity", known)
    first = pl.col("_row").min().over("known")
    other = pl.col("identity") != pl.col("identity").sort_by("_row").first().over("known")
    later = pl.col("known").is_not_null() & (pl.col("_row") > first) & other
    return same.select(pl.when(later).then(first.cast(pl.String))).to_series()


def distinct_identities(rows: pl.DataFrame) -> list[str]:
    """The identity numbers of the rows, for one look-up of them all."""
    return rows["identity"].drop_nulls().unique().to_list()
