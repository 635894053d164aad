import datetime as dt
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from qihang.web.forms import CardSelect, DayField, PageForm
from qihang.web.views.kit_forms import DecisionForm, ObjectionForm, SampleForm


class Small(PageForm):
    heads = forms.IntegerField(label="计划人数")
    level = forms.ChoiceField(label="等级", choices=[("5", "五级")])
    start = DayField(label="开班日期", required=False)
    proof = forms.FileField(label="凭据")
    note = forms.CharField(label="备注", required=False, error_messages={"required": "写一句"})


def test_fields_have_their_classes_labels_and_hints() -> None:
    text = str(SampleForm())
    assert 'class="form-control"' in text
    assert 'class="form-select"' in text
    assert '哪天以后能来<span class="q-opt">（可不填）</span>' in text
    assert 'id="id_identity_helptext"' in text
    assert 'aria-describedby="id_identity_helptext"' in text
    assert " required" not in text  # checked on the server, after sending
    assert "q-errsum" not in text


def test_errors_stand_at_the_field_and_in_the_summary_and_values_stay() -> None:
    form = ObjectionForm({"who": "第 8 人", "identity": "4601081979", "phone": "139"})
    text = str(form)
    assert "有 3 处没填好" in text
    assert '<a href="#id_identity">身份证号少 8 位，请补全</a>' in text
    assert '<a href="#id_what_0">请选“哪里不对”</a>' in text
    assert 'id="id_words_error"' in text
    assert 'aria-describedby="id_identity_helptext id_identity_error"' in text
    assert 'value="4601081979"' in text


def test_messages_say_what_to_do() -> None:
    form = Small({"heads": "很多", "level": "9", "start": "下周", "note": ""})
    assert form.errors.get_json_data() == {
        "heads": [{"message": "“计划人数”请填一个数，比如 35", "code": "invalid"}],
        "level": [{"message": "“等级”里没有这一项，请从列出的里面选", "code": "invalid_choice"}],
        "start": [{"message": "日期没看懂，请写成 2026-12-04 这样", "code": "invalid"}],
        "proof": [{"message": "请附上“凭据”", "code": "required"}],
    }


def test_too_long_a_text_is_told_its_field_and_by_how_much() -> None:
    class Own(PageForm):
        place = forms.CharField(label="上课地点", max_length=4)

    assert Own({"place": "海口市美兰区"}).errors["place"] == ["“上课地点”最多 4 个字，现在有 6 个，请写短些"]


def test_a_fields_own_message_stays() -> None:
    class Own(PageForm):
        name = forms.CharField(label="名称", error_messages={"required": "起个名字"})

    assert Own({}).errors["name"] == ["起个名字"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-04",
        "2026-12-4",
        "2026/12/4",
        "2026.12.4",
        "20261204",
        "2026年12月4日",
        "2026 年 12 月 4 日",
        " 2026-12-04 ",
    ],
)
def test_a_day_is_read_in_every_form_people_write(text: str) -> None:
    assert DayField().clean(text) == dt.date(2026, 12, 4)


def test_a_day_is_written_as_it_is_read() -> None:
    class Day(PageForm):
        start = DayField(label="开班")

    assert 'value="2026-12-04"' in str(Day(initial={"start": dt.date(2026, 12, 4)}))


def test_cards_carry_notes_and_figures() -> None:
    text = str(DecisionForm(initial={"decision": "part"}))
    assert "31 人付" in text
    assert "23,250.00 元" in text
    assert text.count('type="radio"') == 3
    assert "<small>" not in str(
        type("Bare", (PageForm,), {"c": forms.ChoiceField(choices=[("a", "甲")], widget=CardSelect())})()
    )


def test_upload_says_what_fits_and_lone_boxes_stand_beside_their_words() -> None:
    text = str(SampleForm())
    assert "照片，每份不超过 10 MB" in text
    assert 'capture="environment"' in text
    assert '<label class="q-choice" for="id_agree">' in text


def test_a_sound_form_is_sound() -> None:
    proof = SimpleUploadedFile("a.pdf", b"x")
    form = Small({"heads": "35", "level": "5"}, {"proof": proof})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["heads"] == 35


def test_refusals_of_the_whole_form_are_in_the_summary() -> None:
    form = Small({"heads": "35", "level": "5"}, {"proof": SimpleUploadedFile("a.pdf", b"x")})
    form.add_error(None, "这个班已经开了")
    assert "<li>这个班已经开了</li>" in str(form)


def test_packages_forms_look_alike() -> None:
    class Foreign(forms.Form):
        login: Any = forms.CharField(label="登录名", widget=forms.TextInput(attrs={"class": "wide"}))

    text = str(Foreign())
    assert 'class="wide form-control"' in text
    assert 'class="q-field"' in text
