"""What an institution is asked before each of its steps with a class. The officers' steps are on their own pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.services import cancel_class, submit_class
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.workflow import Transition
from qihang.web.forms import PageForm

Act = Callable[[Actor, TrainingClass, dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class StepPage:
    """The words of the page: the question, what follows, whether it can be taken back, the button, the word after."""

    question: str
    follows: tuple[str, ...]
    undo: str
    submit: str
    done: str
    act: Act
    danger: bool = False


STEP_PAGES: dict[str, StepPage] = {
    "submit": StepPage(
        "把开班申请交给县里吗？",
        ("县里先初审，再换一个人审批", "审的时候不能改，要改得请县里退回", "批准以后就可以导入花名册"),
        "初审通过以前可以自己取消；以后不想办了，请县里退回再取消。",
        "交开班申请",
        "申请交上去了，等县里初审",
        lambda actor, item, given: submit_class(actor=actor, item=item),
    ),
    "cancel": StepPage(
        "不办这个班了吗？",
        ("申请和材料留着，可以查", "县里能看到您写的原因"),
        "取消以后不能恢复，要办得重新申请。",
        "取消这个班",
        "这个班取消了",
        lambda actor, item, given: cancel_class(actor=actor, item=item, comment=given["comment"]),
        danger=True,
    ),
}


class ReasonForm(PageForm):
    comment = forms.CharField(
        label="为什么",
        max_length=500,
        help_text="县里看得到这段话",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def form_for(step: Transition, data: Any = None) -> PageForm:
    """The form of a step: a reason where the workflow wants one."""
    return ReasonForm(data) if step.needs_comment else PageForm(data)
