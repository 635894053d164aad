"""What an institution fills in to open a class."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from qihang.delivery.training.enums import APPRAISED_LEVELS, ClassFormat, ClassKind
from qihang.registry.reference.enums import RegionLevel
from qihang.registry.reference.models import Occupation, Region
from qihang.registry.reference.occupations import match_titles
from qihang.web.forms import DayField, PageForm

_SUGGESTIONS = 6
_LEVELS = [(level.value, level.label) for level in APPRAISED_LEVELS]
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}")


def suggested(title: str) -> list[Occupation]:
    """The occupations that a title in anybody's words may mean, the likeliest first."""
    if not title.strip():
        return []
    codes = [match.code for match in match_titles([title.strip()], top=_SUGGESTIONS)[0]]
    rows = Occupation.objects.edition().occupations().filter(code__in=codes)
    return sorted(rows, key=lambda row: codes.index(row.code))


def _lists(data: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What was sent, every value of each field."""
    return dict(data.lists()) if isinstance(data, MultiValueDict) else {name: [data[name]] for name in data}


class WhatForm(PageForm):
    """What is taught: an occupation typed in anybody's words, then chosen from what the words may mean."""

    title = forms.CharField(label="教什么职业", max_length=60, help_text="写平常的叫法就行，比如“护工”“电工”")
    occupation = forms.ChoiceField(label="是哪一个职业", widget=forms.RadioSelect)
    level = forms.ChoiceField(label="等级", choices=[("", "选一个等级"), *_LEVELS])
    name = forms.CharField(label="班名", max_length=80, help_text="比如：养老护理员五级 2026 年第 3 期")
    format = forms.ChoiceField(label="班型", choices=ClassFormat.choices, widget=forms.RadioSelect)
    kind = forms.ChoiceField(label="性质", choices=ClassKind.choices, widget=forms.RadioSelect)
    order_employer = forms.CharField(
        label="订单单位", max_length=120, required=False, help_text="只有订单班要填：招这批人的单位全称"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        title = str(self["title"].value() or "").strip()
        self._found = {row.code: row for row in suggested(title)}
        self._choose_of_that_name(title)
        choices = [(row.code, f"{row.name}（{row.code}）") for row in self._found.values()]
        self.fields["occupation"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["title"].widget.attrs |= {
            "autocomplete": "off",
            "hx-get": reverse("class_occupations"),
            "hx-trigger": "input changed delay:400ms",
            "hx-target": "#occupations",
            "hx-swap": "outerHTML",
        }

    def _choose_of_that_name(self, title: str) -> None:
        """Whoever wrote the official name need not choose it again."""
        same = next((row.code for row in self._found.values() if row.name == title), "")
        if same and not self["occupation"].value():
            self.initial["occupation"] = same
            if self.is_bound:
                self.data = MultiValueDict({**_lists(self.data), "occupation": [same]})

    @property
    def has_suggestions(self) -> bool:
        return bool(self._found)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("kind") == ClassKind.ORDER:
            if not cleaned.get("order_employer"):
                self.add_error("order_employer", "订单班要写明订单单位")
        else:
            cleaned["order_employer"] = ""
        if cleaned.get("title") and not self._found:
            self.add_error("title", "没有找到这个职业，请换一个叫法，比如“养老护理员”")
        if not self._found:
            del self.errors["occupation"]  # there was nothing to choose from
        return cleaned

    def answers(self) -> dict[str, Any]:
        """As filled in, for the session and for filling it in again."""
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    def fields_of(self) -> dict[str, Any]:
        """As the service takes them."""
        names = ("level", "name", "format", "kind", "order_employer")
        chosen = self._found[self.cleaned_data["occupation"]]
        return {**{name: self.cleaned_data[name] for name in names}, "occupation": chosen}


class DetailsForm(PageForm):
    """The second page."""

    hours = forms.IntegerField(label="总课时", min_value=1, max_value=9999)
    start = DayField(label="开班日", help_text="写成 2026-12-01 这样")
    end = DayField(label="结班日", help_text="最后一天上课的日子")
    appraisal_on = DayField(label="计划考试日", required=False, help_text="还没定可以先空着")
    planned_heads = forms.IntegerField(label="计划人数", min_value=1, max_value=9999)
    region_id = forms.ChoiceField(label="在哪个市县办")
    place = forms.CharField(label="上课地点", max_length=160, help_text="写到门牌和教室，检查的人照这个地方去")
    contact_name = forms.CharField(label="联系人", max_length=40)
    contact_phone = forms.CharField(
        label="联系电话", max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )

    def __init__(self, *args: Any, home: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region_id"].choices = _places_near(home)  # type: ignore[attr-defined]  # a ChoiceField
        self.initial.setdefault("region_id", home)

    def clean_contact_phone(self) -> str:
        phone = "".join(str(self.cleaned_data["contact_phone"]).split())
        if not _PHONE.fullmatch(phone):
            raise forms.ValidationError("请填 11 位手机号，或带区号的座机，比如 0898-65300000")
        return phone


def _places_near(region: str) -> list[tuple[str, str]]:
    """The cities and counties in force of the same province."""
    rows = Region.objects.in_force().filter(code__startswith=region[:2]).exclude(level=RegionLevel.PROVINCE)
    return [(row.code, row.full_name) for row in rows.order_by("code")]
