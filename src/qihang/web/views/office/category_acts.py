"""What an officer does to what somebody is: until when, and that they never were."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.roles import Role
from qihang.foundation.documents.access import EVIDENCE
from qihang.foundation.documents.ports import file_purposes
from qihang.registry.participants.enums import CategoryState
from qihang.registry.participants.models import PersonCategory
from qihang.registry.participants.services import Proof, end_category, reject_category
from qihang.web.access import roles
from qihang.web.forms import DayField, PageForm, UploadInput
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.refusals import show_refusal
from qihang.web.views.office.acts import Act, act_page
from qihang.web.views.office.decision_forms import ReasonForm, WordsInput
from qihang.web.views.office.people_rows import category_label

_MEGABYTE = 1024 * 1024
# By what an office learns that somebody is no longer what they were.
_KINDS = (
    EvidenceType.EMPLOYMENT_REGISTRATION,
    EvidenceType.CONTRACT,
    EvidenceType.BUSINESS,
    EvidenceType.VISIT,
    EvidenceType.PHONE,
    EvidenceType.SELF_REPORT,
)
_NEEDED = {"issued_on": "请填凭据上的日期", "issuer": "请填谁出具的；电话和自述的填“本人”"}


class EndForm(PageForm):
    """The last day, why, and the proof where there is one."""

    on = DayField(label="到哪天为止（这天还算）", help_text="比如 2026-05-31，6 月 1 日起就不再按这一类")
    comment = forms.CharField(
        label="为什么（会记进办理经过）",
        help_text="比如“6 月 1 日办了就业登记”“低保 5 月停发”",
        max_length=500,
        widget=WordsInput(),
    )
    kind = forms.ChoiceField(
        label="凭据（可不填）",
        required=False,
        choices=[("", "没有"), *((kind.value, kind.label) for kind in _KINDS)],
    )
    issued_on = DayField(label="凭据日期（有凭据才填）", required=False)
    issuer = forms.CharField(label="谁出具的（有凭据才填）", required=False, max_length=120)
    file = forms.FileField(label="凭据的照片或文件（电话和自述可不附）", required=False)

    def __init__(self, data: Any = None, files: Any = None, *, ended: bool) -> None:
        super().__init__(data, files)
        limit = f"{file_purposes.get(EVIDENCE).max_bytes // _MEGABYTE} MB"
        self.fields["file"].widget = UploadInput({"accept": "image/*,.pdf"}, limit=limit, kinds="照片或 PDF")
        if ended:
            self.fields["on"].required = False
            self.fields["on"].help_text = "写错了的改成对的；其实还没有结束的，空着"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("kind"):
            for name, words in _NEEDED.items():
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, words)
        elif cleaned.get("file"):
            self.add_error("kind", "附了文件，请选是哪一种凭据")
        return cleaned

    @property
    def proof(self) -> Proof | None:
        """What the service takes; None without a proof."""
        given = self.cleaned_data
        if not given["kind"]:
            return None
        file = given["file"]
        return Proof(
            kind=EvidenceType(given["kind"]),
            issued_on=given["issued_on"],
            issuer=given["issuer"],
            file_name=file.name if file else "",
            content=file.file if file else None,
        )


@roles(Role.INTAKE_OFFICER)
@never_cache
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Until when somebody is of a confirmed category; a day that stands is corrected here too."""
    actor = actor_of(request)
    row = _category(actor, public_id)
    form = EndForm(request.POST or None, request.FILES or None, ended=row.valid_to is not None)
    if form.is_valid():
        try:
            given = form.cleaned_data
            end_category(actor=actor, category=row, on=given["on"], reason=given["comment"], proof=form.proof)
        except (NotAllowed, NotFound):
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _said(row))
            return HttpResponseRedirect(_person_url(row))
    values = {
        "row": row,
        "label": category_label(row.category),
        "form": form,
        "back": _person_url(row),
        "confirmed": row.state == CategoryState.CONFIRMED,
        "crumbs": _crumbs(row),
    }
    return render(request, "office/category_end.html", values)


def _said(row: PersonCategory) -> str:
    label = category_label(row.category)
    if row.valid_to is None:
        return f"改回来了：“{label}”还没有结束。"
    over = "以前" if row.valid_to < clock.today() else "那天以前"
    return f"写明了：“{label}”到 {row.valid_to:%Y-%m-%d} 为止。{over}定下的补贴不变。"


_REJECT = Act(
    title="认定{name}不属于“{category}”吗？",
    after=(
        "以后算资格都按不属于这一类",
        "以前定下的不变；还在等核实的班，请到那个班里重算",
        "您写的话会给本人看，本人可以申诉",
    ),
    undo="不能撤回；有新的证明，在班里办“按证明改类别”。以前是、现在不是的，请办“写明到哪天为止”。",
    submit="认定不属于",
    form=ReasonForm,
    do=lambda actor, row, given: reject_category(actor=actor, category=row, reason=given["comment"]),
    danger=True,
)


@roles(Role.INTAKE_OFFICER)
@never_cache
def reject(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The person never was of it, or it was written down twice."""
    row = _category(actor_of(request), public_id)

    def then() -> HttpResponse:
        messages.success(request, "记下了：以后按不属于这一类算。")
        return HttpResponseRedirect(_person_url(row))

    return act_page(
        request,
        _REJECT,
        row,
        words={"name": str(row.person.name), "category": category_label(row.category)},
        head=f"{row.valid_from:%Y-%m-%d} 起{f'，到 {row.valid_to:%Y-%m-%d} 为止' if row.valid_to else ''}",
        back=_person_url(row),
        then=then,
    )


def _category(actor: Actor, public_id: UUID) -> PersonCategory:
    rows = PersonCategory.objects.visible_to(actor).select_related("person")
    found: PersonCategory = get_object_or_404(rows, public_id=public_id)
    return found


def _person_url(row: PersonCategory) -> str:
    return reverse("office_person", args=[row.person.public_id])


def _crumbs(row: PersonCategory) -> list[Crumb]:
    return [
        Crumb("查人", reverse("office_people")),
        Crumb(str(row.person.name), _person_url(row)),
        Crumb("到哪天为止"),
    ]
