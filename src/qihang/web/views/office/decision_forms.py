"""The forms with which an officer decides on an application for a class."""

from collections.abc import Sequence
from typing import Any

from django import forms

from qihang.foundation.core.workflow import Transition
from qihang.web.forms import CardSelect, DayField, PageForm

_LABELS = {
    "review": "初审通过，转审批",
    "approve": "批准开班",
    "send_back": "退回修改",
    "refuse": "退回修改",
}
_NOTES = {
    "review": "交给另一个人审批",
    "approve": "今天备案，给备案号，学校可以交名单",
    "send_back": "写清要改什么，学校改好再交",
    "refuse": "写清要改什么，学校改好再交，重新初审",
}


class WordsInput(forms.Textarea):
    """A few lines of words that somebody will read as they stand."""

    def __init__(self) -> None:
        super().__init__({"rows": 4})


class DecisionForm(PageForm):
    """What to do, and the words to the institution. `seen` is the latest step that the officer had before them."""

    decision = forms.ChoiceField(label="您的决定", widget=CardSelect(notes=_NOTES))
    comment = forms.CharField(label="给学校的话（会原样发出）", required=False, max_length=1000, widget=WordsInput())
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, steps: Sequence[Transition], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.steps = {step.name: step for step in steps}
        self.fields["decision"].choices = [(step.name, _LABELS[step.name]) for step in steps]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        step = self.steps.get(cleaned.get("decision", ""))
        if step and step.needs_comment and not cleaned.get("comment", "").strip():
            self.add_error("comment", "退回要写清哪里要改，学校才知道怎么办")
        return cleaned


class ExtendForm(PageForm):
    """Until when the roster may be brought in, and why."""

    until = DayField(label="名单最晚交到哪天", help_text="比如 2026-12-10")
    comment = forms.CharField(label="为什么放宽（会记进办理经过）", max_length=500, widget=WordsInput())


class BulkForm(PageForm):
    """Words that go with each of many."""

    comment = forms.CharField(label="给学校的话（会原样发出）", required=False, max_length=1000, widget=WordsInput())


class CommentForm(PageForm):
    """What the officer saw; kept with every one of those confirmed."""

    comment = forms.CharField(
        label="看的什么证明（会记进每个人的办理经过）",
        max_length=500,
        widget=WordsInput(),
        help_text="比如“看了原件：就业创业证”",
    )
    no_public_post = forms.BooleanField(
        label="我核过：这些人都不是机关、事业单位在编人员",
        help_text="有在编的，回去点开他的名字，办“按证明改类别”",
        error_messages={"required": "没核过在编情况的，先不要核实；核过了打上勾"},
    )


class ReasonForm(PageForm):
    """A reason that the person will read as it stands."""

    comment = forms.CharField(label="给本人的话（会原样给他看）", max_length=500, widget=WordsInput())


class CorrectForm(PageForm):
    """What the person is by the proof the officer saw, and which proof."""

    category = forms.ChoiceField(label="按证明是哪一类")
    public_post = forms.TypedChoiceField(
        label="是机关、事业单位在编人员吗",
        choices=[("", "请选"), ("no", "不是"), ("yes", "是")],
        coerce=lambda answer: answer == "yes",
    )
    comment = forms.CharField(label="看的什么证明（会记进办理经过）", max_length=500, widget=WordsInput())

    def __init__(self, data: Any = None, *, categories: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["category"].choices = [("", "请选"), *categories]  # type: ignore[attr-defined]
