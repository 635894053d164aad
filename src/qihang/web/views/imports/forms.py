"""Choosing a file."""

import datetime as dt
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.read import MAX_FILE_BYTES
from qihang.web.forms import DayField, PageForm, UploadInput

MEGABYTES = MAX_FILE_BYTES // (1024 * 1024)
KINDS = "xlsx、xls、ods、csv"


class StartForm(PageForm):
    """A file, and what may be told beside it."""

    file = forms.FileField(
        label="选一个表格文件",
        allow_empty_file=True,  # the service has the better words
        widget=UploadInput(limit=f"{MEGABYTES} MB", kinds=KINDS, photo=False),
    )
    on = DayField(label="业务日期", required=False)
    sheet = forms.CharField(
        label="只读哪一张工作表", help_text="不填就自己找：读行数最多的那一张", required=False, max_length=100
    )

    def __init__(self, data: Any = None, files: Any = None, *, kind: ImportKind, day: dt.date | None = None) -> None:
        super().__init__(data, files, initial={"on": day})
        if not kind.business_day_labels:
            del self.fields["on"]
            return
        label = kind.business_day_labels[0]
        self.fields["on"].label = label
        self.fields["on"].help_text = (
            "照安排好的填上了，不用改" if day else f"表里写了{label}的，不用填。写成 2026-03-09 这样"
        )

    def clean_file(self) -> "UploadedFile[Any]":
        """Refuse by size before the content is read."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_FILE_BYTES:
            raise forms.ValidationError(f"这个文件超过 {MEGABYTES} MB，没有读入。请分成几个文件再传")
        return file
