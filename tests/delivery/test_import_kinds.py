"""All kinds together: registered, with roles, and with rules whose ids and words hold."""

import re

import pytest
from tests.importing import TODAY

from qihang.foundation.core.roles import Role
from qihang.foundation.imports.engine.fields import RawColumn, Reading
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.rules import Rule
from qihang.foundation.imports.ports import import_kinds
from qihang.foundation.imports.workflows import IMPORTERS

KINDS = ["attendance", "contributions", "followups", "roster", "scores", "vacancies"]


def rules_of(kind: ImportKind) -> list[Rule]:
    """Every rule that the kind can speak: of its checks, of empty cells, and of reading its cells."""
    rules = [check.rule for check in kind.checks]
    parts = [*kind.fields, *kind.families]
    rules += [one.missing for one in parts if one.missing]
    for one in parts:
        if one.parse:
            rules += [rule for rule, _ in one.parse(RawColumn.of(["x"]), Reading(on=TODAY)).faults]
    return rules


def test_the_six_kinds_are_registered() -> None:
    assert set(KINDS) <= {key for key, _ in import_kinds.items()}


@pytest.mark.parametrize("key", KINDS)
def test_a_kind_says_who_may_import_it_and_what_names_its_rows(key: str) -> None:
    kind = import_kinds.get(key)
    assert kind.roles
    assert set(kind.roles) <= set(IMPORTERS)
    assert set(kind.roles) <= set(Role.values)
    names = {field.name for field in kind.fields}
    assert set(kind.who) <= names
    assert {check.field for check in kind.checks} <= names
    assert any(field.key for field in kind.fields)


@pytest.mark.parametrize("key", KINDS)
def test_no_two_columns_of_a_kind_share_a_name(key: str) -> None:
    from qihang.foundation.imports.engine.headers import header_key

    seen: dict[str, str] = {}
    for field in import_kinds.get(key).fields:
        for alias in {header_key(text) for text in (field.label, *field.aliases)}:
            assert seen.setdefault(alias, field.name) == field.name, f"{alias}: {seen[alias]} and {field.name}"


def test_an_id_means_one_rule_everywhere() -> None:
    by_id: dict[str, Rule] = {}
    for key in KINDS:
        for rule in rules_of(import_kinds.get(key)):
            assert by_id.setdefault(rule.id, rule) == rule
    assert all(re.fullmatch(r"R-[A-Z0-9]+-\d\d", rule_id) for rule_id in by_id)
    assert len(by_id) > 60


@pytest.mark.parametrize("key", KINDS)
def test_every_rule_says_what_to_do_in_a_plain_sentence(key: str) -> None:
    for rule in rules_of(import_kinds.get(key)):
        said = rule.words(value="值", note="注").sentence(row=9, who="王小燕")
        assert said.startswith("第 9 行 王小燕：")
        assert said.endswith("。")
        assert "。。" not in said
        assert "{" not in said
        assert rule.mend or "请" in rule.what or rule.id == "R-USCC-01"
        assert not re.search(r"非法|无效|有误|请勿|！", said)
