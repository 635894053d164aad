"""The rules on record, by benefit and edition. A published edition is never edited: a new one is added beside it."""

from qihang.registry.policy.engine.rules import Rule
from qihang.registry.policy.rules import appraisal_subsidy, training_subsidy, training_tranches

# Every benefit the product knows by name; those without an edition below have no rule on record yet.
BENEFITS = {
    "training_subsidy": "职业培训补贴",
    training_tranches.CERTIFIED: "培训补贴第一笔（取证后）",
    training_tranches.EMPLOYED: "培训补贴第二笔（就业后）",
    "appraisal_subsidy": "职业技能鉴定补贴",
    "living_allowance": "生活费补贴",
    "startup_training_subsidy": "创业培训补贴",
    "startup_grant": "一次性创业补贴",
    "social_insurance_subsidy": "社会保险补贴",
    "guaranteed_loan": "创业担保贷款",
}

EDITIONS: tuple[Rule, ...] = (
    training_subsidy.RULE,
    *training_tranches.RULES,
    appraisal_subsidy.RULE,
)


class NoRule(LookupError):
    """A benefit without a rule on record. The message is Chinese."""


def rule_for(benefit: str) -> Rule:
    """The latest edition of a benefit's rule. NoRule for one that is not on record."""
    editions = [rule for rule in EDITIONS if rule.benefit == benefit]
    if editions:
        return max(editions, key=lambda rule: rule.edition)
    if benefit in BENEFITS:
        raise NoRule(f"{BENEFITS[benefit]}（{benefit}）：这项待遇的规则还没有录入")
    raise NoRule(no_such_benefit(benefit))


def no_such_benefit(name: str) -> str:
    """What is said of a name that is no benefit's."""
    return f"没有“{name}”这项待遇。可以用的是：{'、'.join(dict.fromkeys(rule.benefit for rule in EDITIONS))}"


def rule_of_version(version: str) -> Rule:
    """The edition that a stored version names, whatever its digest. NoRule if it is gone."""
    name = version.split(":")[0]
    for rule in EDITIONS:
        if f"{rule.benefit}/{rule.edition}" == name:
            return rule
    raise NoRule(f"规则版本 {version} 不在册，没法重算")
