"""A decision in words, for the person it concerns and for the officer who answers for it."""

import datetime as dt

import pytest
from tests.registry.policy.cases import decide

from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import ExplainedLine, conclude, decide_one, explain, load_demo_parameters, working

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_set")]


@pytest.fixture
def demo_set() -> None:
    load_demo_parameters()


def line_of(decision: Decision, clause: str, audience: str = "participant") -> ExplainedLine:
    (line,) = (line for line in explain(decision, audience) if line.clause == clause)  # type: ignore[arg-type]
    return line


class TestForParticipants:
    def test_each_clause_is_enough_not_enough_or_being_looked_into(self) -> None:
        lines = explain(decide(uses_this_year=1, category_confirmed=None))
        marks = {line.clause: line.mark for line in lines}
        assert (marks["age_min"], marks["yearly_cap"], marks["category_confirmed"]) == ("够", "不够", "在查")
        assert len(lines) == 9

    def test_conditions_name_their_values_and_the_persons_own_situation(self) -> None:
        decision = decide(uses_this_year=1)
        age, yearly = line_of(decision, "age_min"), line_of(decision, "yearly_cap")
        assert (age.condition, age.situation) == ("满 16 周岁", "开班那天 43 周岁")
        assert (yearly.condition, yearly.situation) == ("今年领过的次数没到上限（1 次）", "今年已有 1 次")
        assert yearly.law == "琼财社规〔2021〕14号"

    def test_the_limit_shown_is_that_of_ones_own_sex(self) -> None:
        assert line_of(decide(), "age_max").condition == "没到 55 周岁"
        assert line_of(decide(sex="male"), "age_max").condition == "没到 60 周岁"
        assert line_of(decide(sex=None), "age_max").condition == "没到 （还没有设定）"

    def test_no_parameter_key_is_shown(self) -> None:
        decision = decide()
        assert all(line.parameters == () for line in explain(decision))
        assert "training." not in "".join(line.condition + line.situation for line in explain(decision))

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({}, "条件都够，可以补 1,500 元"),
            ({"uses_this_year": 1}, "这次不能补，差在：今年领过的次数没到上限（1 次），实际：今年已有 1 次"),
            ({"category_confirmed": None}, "还不能定，我们在查：人员类别核实过"),
            ({"level": None}, "还不能定，我们在查：补多少钱"),
        ],
        ids=["yes", "no", "open", "amount"],
    )
    def test_the_result_comes_first(self, changes: dict[str, object], sentence: str) -> None:
        assert conclude(decide(**changes)) == sentence

    @pytest.mark.parametrize(
        ("clause", "changes", "situation"),
        [
            ("age_min", {"birth_date": None}, "还不知道出生日期或开班日期"),
            ("category_eligible", {}, "登记失业人员"),
            ("category_eligible", {"category": None}, "还没有填人员类别"),
            ("category_confirmed", {}, "经办已经核实"),
            ("category_confirmed", {"category_confirmed": False}, "经办核过，与证明不符"),
            ("category_confirmed", {"category_confirmed": None}, "只有名册上写了，还等经办核实"),
            ("lifetime_cap", {"lifetime_uses": None}, "还没有查到记录"),
            ("not_public_post", {}, "在编人员：否"),
            ("not_public_post", {"public_post": None}, "在编人员：还没有查到"),
        ],
    )
    def test_situations_are_words(self, clause: str, changes: dict[str, object], situation: str) -> None:
        assert line_of(decide(**changes), clause).situation == situation


class TestForOfficers:
    def test_lines_carry_the_values_that_bound_them(self) -> None:
        line = line_of(decide(), "yearly_cap", "officer")
        assert (line.mark, line.condition) == ("符合", "当年享受次数未到上限（1 次）")
        (parameter,) = line.parameters
        assert (parameter.key, parameter.value, parameter.region) == ("training.yearly_cap", "1 次", "460000")
        assert (parameter.valid_from, parameter.verified) == ("2021-01-01", "二手来源")
        assert parameter.id is not None

    def test_codes_are_shown_by_their_names(self) -> None:
        line = line_of(decide(), "category_eligible", "officer")
        assert line.condition.startswith("人员类别在补贴范围内（登记失业人员、农村转移就业劳动者、")

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({}, "符合条件，金额 1,500.00 元"),
            ({"uses_this_year": 1}, "不符合条件：当年享受次数未到上限（1 次），实际：今年已有 1 次"),
            ({"category_confirmed": None}, "待核：人员类别已由经办凭证明核实"),
            ({"level": None}, "待核：金额（看等级和课时是否填了）"),
            ({"on": dt.date(2006, 7, 1), "level": "4"}, "缺参数：职业培训补贴标准"),
        ],
        ids=["yes", "no", "open", "amount", "missing"],
    )
    def test_the_result_names_what_is_missing(self, changes: dict[str, object], sentence: str) -> None:
        assert conclude(decide(**changes), "officer") == sentence  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "sum_"),
    [
        ({}, "五级/初级工每人 1500 元"),
        ({"level": "special", "lesson_hours": 31}, "15 元/课时 × 31 课时，最多 1000 元"),
        ({"uses_this_year": 1}, ""),
    ],
    ids=["level", "hours", "refused"],
)
def test_the_amount_can_be_followed(changes: dict[str, object], sum_: str) -> None:
    assert working(decide(**changes)) == sum_


def test_an_old_decision_is_explained_by_the_values_of_then() -> None:
    decision = decide(on=dt.date(2006, 7, 1), lifetime_uses=1)
    line = line_of(decision, "lifetime_cap")
    assert (line.mark, line.condition, line.law) == ("不够", "一共领过的次数没到上限（1 次）", "财社〔2006〕1号")
    assert line_of(decision, "yearly_cap").condition == "今年领过的次数没到上限（不限）"


def test_the_appraisal_subsidy_is_explained_too() -> None:
    from tests.factories import MEILAN, SYSTEM

    facts = {"category": "02", "category_confirmed": True, "level": "5", "certified": True, "first_appraisal": False}
    decision = decide_one(
        benefit="appraisal_subsidy", facts=facts, on=dt.date(2026, 3, 30), region=MEILAN, actor=SYSTEM
    )
    assert conclude(decision) == "这次不能补，差在：第一次考这个证，实际：初次鉴定：否"
    assert line_of(decision, "certified").situation == "已取证：是"
