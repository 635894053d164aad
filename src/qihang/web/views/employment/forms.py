"""What is asked about work: as little as possible of the person, a little more of an institution."""

from typing import Any

from django import forms

from qihang.delivery.employment.services import DOCUMENT_KINDS
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.documents.access import EVIDENCE
from qihang.foundation.documents.ports import file_purposes
from qihang.web.forms import CardSelect, DayField, PageForm, UploadInput

_PLAIN = {
    EvidenceType.CONTRACT: ("劳动合同", "和单位签的，有单位盖章的那几页"),
    EvidenceType.EMPLOYMENT_REGISTRATION: ("就业登记证明", "人社窗口给您办的"),
    EvidenceType.BUSINESS: ("营业执照", "自己开店、办厂的拍执照"),
}
_MEGABYTE = 1024 * 1024


class ClaimForm(PageForm):
    """For the person: who employs you, since when, which paper, a photograph of it."""

    employer_name = forms.CharField(
        label="在哪里上班", help_text="写单位的名字，照合同或执照上的写。自己干的写店名", max_length=120
    )
    start = DayField(label="哪天开始的", help_text="比如 2026-05-06")
    kind = forms.ChoiceField(
        label="您有哪一样材料",
        choices=[(kind.value, _PLAIN[kind][0]) for kind in DOCUMENT_KINDS],
        widget=CardSelect(notes={kind.value: _PLAIN[kind][1] for kind in DOCUMENT_KINDS}),
    )
    file = forms.FileField(label="给材料拍张照", help_text="字和章要看得清。几页纸的，拍有姓名、日期和盖章的那一页")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = f"{file_purposes.get(EVIDENCE).max_bytes // _MEGABYTE} MB"
        self.fields["file"].widget = UploadInput({"accept": "image/*,.pdf"}, limit=limit, kinds="照片或 PDF")

    @property
    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        given = dict(self.cleaned_data)
        file = given.pop("file")
        return {**given, "kind": EvidenceType(given["kind"]), "file_name": file.name, "content": file.file}


class TraineeClaimForm(ClaimForm):
    """For an institution or an officer: the firm's code and an end too."""

    employer_name = forms.CharField(label="单位名称", help_text="照材料上的全名写", max_length=120)
    employer_uscc = forms.CharField(label="统一社会信用代码", required=False, max_length=30)
    start = DayField(label="开始工作的日期")
    end = DayField(label="离开的日期", help_text="还在做就空着", required=False)
    kind = forms.ChoiceField(
        label="材料",
        choices=[(kind.value, kind.label) for kind in DOCUMENT_KINDS],
        widget=CardSelect(notes={kind.value: f"{kind.rank}级凭据" for kind in DOCUMENT_KINDS}),
    )
    field_order = ("employer_name", "employer_uscc", "start", "end", "kind", "file")


class DecisionForm(PageForm):
    decision = forms.ChoiceField(
        label="您的决定",
        choices=[("accept", "认可"), ("reject", "不认可")],
        widget=CardSelect(notes={"accept": "从今天起算作就业凭据", "reject": "写明缺什么，交的人会看到"}),
    )
    comment = forms.CharField(
        label="给对方的话",
        help_text="不认可的，写清哪里看不清、要换什么材料",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=300,
    )


class ReasonForm(PageForm):
    comment = forms.CharField(label="为什么撤销", widget=forms.Textarea(attrs={"rows": 3}), max_length=300)
