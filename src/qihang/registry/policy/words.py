"""Keys, discriminators, codes and places as people call them. No database is asked."""

from functools import cache

from django.conf import settings

from qihang.foundation.core.actors import Actor
from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.facts import Choice
from qihang.registry.policy.engine.parameters import EACH, NATION, By, KeySpec
from qihang.registry.policy.engine.values import Value, ValueType, value_to_text
from qihang.registry.policy.perms import may_set_for
from qihang.registry.policy.rules import EDITIONS
from qihang.registry.reference.regions import jurisdiction_table
from qihang.registry.reference.scope import scope_codes

_NATION_NAME = "全国"


def label_of(spec: KeySpec, by: By) -> str:
    """The key's name with its discriminators: 职业培训补贴标准（五级/初级工）."""
    names = "、".join(by_label(name, value) for name, value in by if value != EACH)
    return f"{spec.label}（{names}）" if names else spec.label


def by_label(name: str, value: str) -> str:
    """A discriminator's value in words: the label that the rules' fact of that name gives it."""
    facts = (rule.facts[name] for rule in EDITIONS if any(fact.name == name for fact in rule.facts))
    return next((choice.label for fact in facts for choice in fact.choices if choice.code == value), value)


@cache
def code_choices(key: str) -> tuple[Choice, ...]:
    """The codes that a list of codes may hold, as the rules that read it know them; () where no rule does."""
    if CATALOGUE[key].kind is not ValueType.CODES:
        return ()
    readers = [rule for rule in EDITIONS if any(need.key == key for need in rule.needs)]
    return next((rule.facts[rule.listed_fact(key)].choices for rule in readers), ())


def text_of(spec: KeySpec, value: Value) -> str:
    """A value as a person reads it: numbers with their unit, codes by their names."""
    if isinstance(value, tuple):
        labels = {choice.code: choice.label for choice in code_choices(spec.key)}
        return "、".join(labels.get(code, code) for code in value)
    return value_to_text(spec.kind, value, spec.unit)


def place_name(region: str) -> str:
    """海口市美兰区; 全国 for the nation."""
    return _NATION_NAME if region == NATION else jurisdiction_table().full_name(region)


def places_within(region: str) -> list[tuple[str, str]]:
    """The divisions in force of a place, itself first, as (code, name), in the order of their codes."""
    table = jurisdiction_table()
    return [(code, table.full_name(code)) for code in sorted(scope_codes(region)) if table.in_force(code)]


def places_to_read() -> list[tuple[str, str]]:
    """The nation, and the province with all below it: where a value may be looked up."""
    return [(NATION, place_name(NATION)), *places_within(settings.PROVINCE_CODE)]


def settable_places(actor: Actor) -> list[tuple[str, str]]:
    """The places that the actor sets policy for, their own first."""
    nation = [(NATION, place_name(NATION))] if may_set_for(actor, NATION) else []
    return [*places_within(actor.region), *nation]
