"""Forms of the gallery: each kind of field once."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from qihang.web.forms import CardSelect, DayField, IdentityInput, PageForm, UploadInput

_IDENTITY_LENGTH = 18


class SampleForm(PageForm):
    identity = forms.CharField(
        label="您的身份证号", help_text="身份证正面下方那一行，最后一位可能是字母 X", widget=IdentityInput()
    )
    county = forms.ChoiceField(label="在哪里学", choices=[("", "请选"), ("460100", "海口市"), ("460200", "三亚市")])
    start = DayField(label="哪天以后能来", help_text="比如 2026-12-01", required=False)
    time = forms.ChoiceField(
        label="什么时候有空",
        choices=[("day", "白天"), ("night", "晚上"), ("weekend", "周末")],
        widget=forms.RadioSelect,
    )
    photo = forms.FileField(
        label="证件照片",
        required=False,
        widget=UploadInput({"accept": "image/*", "capture": "environment"}, limit="10 MB", kinds="照片"),
    )
    agree = forms.BooleanField(label="同意用这些信息替我报名", help_text="只给报名的学校和县里看")


class ObjectionForm(PageForm):
    who = forms.CharField(label="说的是谁、哪一项", help_text="写序号或姓名，比如“第 8 人 何丽芳”")
    what = forms.MultipleChoiceField(
        label="哪里不对",
        choices=[
            ("absent", "这个人没来上课，或只来了几天"),
            ("unfit", "这个人不符合条件（在职、已退休等）"),
            ("borrowed", "学校让人垫名字、借证件"),
            ("other", "别的"),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label="把您知道的写下来", help_text="什么时间、在哪、看到什么", widget=forms.Textarea(attrs={"rows": 3})
    )
    identity = forms.CharField(
        label="您的身份证号", help_text="只用来确认是真人，不给被查的人看", widget=IdentityInput()
    )
    phone = forms.CharField(
        label="手机号",
        help_text="查完了短信告诉您结果",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_identity(self) -> Any:
        number = "".join(self.cleaned_data["identity"].split())
        if len(number) < _IDENTITY_LENGTH:
            raise ValidationError(f"身份证号少 {_IDENTITY_LENGTH - len(number)} 位，请补全")
        return number


class DecisionForm(PageForm):
    decision = forms.ChoiceField(
        label="选择决定",
        choices=[("part", "部分通过"), ("back", "退回补材料"), ("other", "和系统算的不一样")],
        widget=CardSelect(
            notes={
                "part": "31 人付，1 人暂缓 750 元，3 人不予。和系统算的一样",
                "back": "要写清缺什么，给学校 5 个工作日",
                "other": "要写理由，附凭据，自动转集体研究",
            },
            figures={"part": "23,250.00 元"},
        ),
    )
    words = forms.CharField(label="给学校和当事人的话（会原样发出）", widget=forms.Textarea(attrs={"rows": 6}))
