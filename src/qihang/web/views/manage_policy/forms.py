"""What people type about values and holidays."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django import forms

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.masks import MaskWidths
from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.parameters import KeySpec, by_from_text, by_text
from qihang.registry.policy.engine.values import (
    ITEM_WORDS,
    UNIT_WORDS,
    UNLIMITED_TEXT,
    Value,
    ValueType,
    value_to_text,
)
from qihang.registry.policy.enums import VerifiedMark
from qihang.registry.policy.models import LegalInstrument
from qihang.registry.policy.rules.facts import NO_CATEGORY
from qihang.registry.policy.services import Proposal
from qihang.registry.policy.words import by_label, code_choices, settable_places
from qihang.web.forms import CardSelect, DayField, PageForm

DATALIST = "instruments"
_MARK_NOTES = {
    VerifiedMark.TRUE: "自己看过文件原文",
    VerifiedMark.SECONDARY: "从解读、转载、口头答复来",
    VerifiedMark.OTHER_REGION: "借外地的规定先用",
    VerifiedMark.UNVERIFIED: "还没有对过",
}
_EXAMPLES = {
    ValueType.AMOUNT: "写数，最多两位小数，比如 1500",
    ValueType.RATIO: "写成 0.80 或 80%",
    ValueType.COUNT: "写整数；没有上限的写“不限”",
    ValueType.DAYS: "写整数",
    ValueType.AGE: "写整数",
    ValueType.CODES: "代码之间用逗号隔开，比如 02,03",
    ValueType.MAPPING: "每行一项，写成 名称: 值",
}
_ITEMS = {"privacy.mask": "只改冒号后面的；露全名写是或否"}


class TwoStepForm(PageForm):
    """A form whose outcome is looked at before it is sent: `hide` carries the answers along unseen."""

    def hide(self) -> None:
        for field in self.fields.values():
            field.widget = field.hidden_widget()


class ListFilterForm(PageForm):
    """Which values, where, on which day."""

    q = forms.CharField(label="名称或编码", required=False, max_length=60)
    region = forms.ChoiceField(label="哪里", required=False)
    on = DayField(label="哪一天", required=False)

    def __init__(self, places: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["region"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(places)


class ProposalForm(TwoStepForm):
    """A new value of one key: the field for the value is that of the key's type."""

    by = forms.ChoiceField(label="哪一档")
    region = forms.ChoiceField(label="在哪里有效")
    value = forms.CharField(label="值")
    valid_from = DayField(label="从哪天起", help_text="当天就按新值算，比如 2027-01-01")
    valid_to = DayField(label="到哪天止", help_text="当天还有效。文件没写就不填", required=False)
    source = forms.CharField(
        label="依据",
        help_text="文件的文号。没有文号的，写清从哪里来",
        max_length=200,
        widget=forms.TextInput(attrs={"list": DATALIST, "autocomplete": "off"}),
    )
    article = forms.CharField(label="哪一条", required=False, max_length=100)
    verified = forms.ChoiceField(
        label="对过原文吗",
        choices=[(mark.value, mark.label) for mark in _MARK_NOTES],
        widget=CardSelect(notes={mark.value: note for mark, note in _MARK_NOTES.items()}),
    )
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, spec: KeySpec, actor: Actor, *args: Any, **kwargs: Any) -> None:
        self.spec = spec
        super().__init__(*args, **kwargs)
        self.put_field("value", value_field(spec))
        region = self.fields["region"]
        assert isinstance(region, forms.ChoiceField)
        region.choices = settable_places(actor)
        by = self.fields["by"]
        assert isinstance(by, forms.ChoiceField)
        by.choices = [(by_text(kind), "、".join(by_label(*pair) for pair in kind)) for kind in spec.expected]
        if len(spec.expected) == 1:
            del self.fields["by"]

    def proposal(self) -> Proposal:
        """What the services take. A number that is on record names its instrument."""
        given = self.cleaned_data
        kind = by_from_text(given["by"]) if "by" in given else self.spec.expected[0]
        return Proposal(
            key=self.spec.key,
            by=dict(kind),
            region=given["region"],
            value=given["value"],
            valid_from=given["valid_from"],
            valid_to=given["valid_to"],
            instrument=LegalInstrument.objects.filter(number=given["source"].strip()).first(),
            source=given["source"],
            article=given["article"],
            verified=given["verified"],
            note=given["note"],
        )


def value_field(spec: KeySpec) -> forms.Field:
    """The control for a value of the key's type; the service reads and checks what comes out of it."""
    unit = UNIT_WORDS.get(spec.unit, "")
    label = f"值（{unit}）" if unit else "值"
    choices = [
        (choice.code, f"{choice.code} {choice.label}")
        for choice in code_choices(spec.key)
        if choice.code != NO_CATEGORY
    ]
    hint = _EXAMPLES.get(spec.kind, "")
    if spec.kind is ValueType.FLAG:
        return forms.ChoiceField(label=label, choices=[("true", "是"), ("false", "否")], widget=CardSelect())
    if choices:
        return forms.MultipleChoiceField(label="包括哪些", choices=choices, widget=forms.CheckboxSelectMultiple())
    if spec.kind is ValueType.MAPPING:
        hint = "；".join(filter(None, (hint, _ITEMS.get(spec.key))))
        return forms.CharField(label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": 5}))
    return forms.CharField(label=label, help_text=hint, max_length=400)


def typed(spec: KeySpec, stored: Any) -> Value | str | list[str]:
    """A stored value as its field shows it for mending."""
    if spec.kind is ValueType.FLAG:
        return "true" if stored else "false"
    if spec.kind is ValueType.MAPPING:
        return value_to_text(spec.kind, stored).replace("；", "\n")
    if spec.kind is ValueType.CODES:
        return list(stored) if code_choices(spec.key) else ",".join(stored)
    return "不限" if stored == UNLIMITED_TEXT else str(stored)


def starting_value(spec: KeySpec) -> str:
    """What the field of a list of names begins with: the names that are read, with what stands in until one is set."""
    if spec.key != "privacy.mask":
        return ""
    widths = asdict(MaskWidths())
    return "\n".join(f"{ITEM_WORDS[name]}: {'是' if width is True else width}" for name, width in widths.items())


def spec_of(key: str) -> KeySpec | None:
    """The key of an address, None for one that the product does not know."""
    return CATALOGUE.get(key)


class DecisionForm(PageForm):
    """The checker's answer to a draft."""

    decision = forms.ChoiceField(
        label="您的决定",
        choices=[("confirm", "复核生效"), ("send_back", "退回")],
        widget=CardSelect(notes={"confirm": "原文、数、日期都对", "send_back": "有不对的地方，写明改什么"}),
    )
    comment = forms.CharField(
        label="说明", help_text="退回要写，对方照着改", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(PageForm):
    comment = forms.CharField(label="为什么撤回", widget=forms.Textarea(attrs={"rows": 3}))


class RevokeForm(PageForm):
    """The checker's answer where a value in force was asked back."""

    decision = forms.ChoiceField(
        label="您的决定",
        choices=[("revoke", "撤回"), ("keep", "不撤，留着")],
        widget=CardSelect(notes={"revoke": "这个值确实错了", "keep": "这个值没有错，写明为什么"}),
    )
    comment = forms.CharField(label="说明", widget=forms.Textarea(attrs={"rows": 3}))


class HolidayForm(TwoStepForm):
    """A year's notice."""

    source = forms.CharField(label="依据", help_text="通知的名称或文号", max_length=120)
    days = forms.CharField(
        label="放假和调休的日子",
        help_text="把通知里七个节的安排整段贴进来就行；也可以一行写一段，比如“2027-10-01 至 2027-10-07 国庆节 放假”",
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )
