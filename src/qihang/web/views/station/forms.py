"""When and where a class sits."""

from typing import Any

from django import forms

from qihang.delivery.appraisal.services import stations_for
from qihang.delivery.training.models import TrainingClass
from qihang.web.forms import DayField, PageForm

_PLACE = 160


class StationChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # the stubs are generic, Django is not
    """Stations by name and place."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.region.name}，站点编号 {obj.station_code}）"


class PlanForm(PageForm):
    station = StationChoice(label="哪个鉴定站", queryset=None, to_field_name="public_id", empty_label="请选一个")
    on = DayField(label="哪天鉴定")
    place = forms.CharField(label="考场", help_text="不填就写鉴定站的地址", max_length=_PLACE, required=False)

    def __init__(self, *args: Any, item: TrainingClass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].queryset = stations_for(item=item)  # type: ignore[attr-defined]


class MoveForm(PageForm):
    on = DayField(label="改到哪天")
    place = forms.CharField(label="考场", max_length=_PLACE)
    comment = forms.CharField(
        label="为什么改", help_text="学校和县里都看得到", max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class CancelForm(PageForm):
    comment = forms.CharField(
        label="为什么取消", help_text="学校和鉴定站都看得到", max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )
