"""What people type to check a certificate, and why one is revoked."""

from django import forms
from django.core.exceptions import ValidationError

from qihang.delivery.appraisal.numbers import clean_number, looks_like_number
from qihang.web.forms import PageForm


class CheckForm(PageForm):
    number = forms.CharField(
        label="证书编号",
        help_text="印在证书下方，16 位数字，或者 S、Y 开头的 22 位",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label="持证人姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )

    def clean_number(self) -> str:
        """The number without spaces and in capitals; says how long it is where it cannot be one."""
        number = clean_number(self.cleaned_data["number"])
        if not looks_like_number(number):
            raise ValidationError(
                f"这不像证书编号：您填了 {len(number)} 位。请照证书再看一眼，是 16 位数字，或者 S、Y 开头的 22 位"
            )
        return number


class RevokeForm(PageForm):
    reason = forms.CharField(
        label="为什么撤销",
        help_text="查验这本证书的人都会看到，不要写别人的姓名和号码",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
