"""What the administrators fill in."""

import json
import uuid
from collections.abc import Collection, Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse_lazy

from qihang.foundation.core.roles import Role
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.models import Organization
from qihang.registry.reference.models import Region
from qihang.registry.reference.scope import region_code_q
from qihang.web.forms import CardSelect, DayField, PageForm

_CARDS_AT_MOST = 5
# Their people may each work for a part of the region.
_BY_REGION = frozenset({OrganizationKind.AGENCY, OrganizationKind.FINANCE_AUTHORITY})

# What a role is for, in the words of whoever hands it out.
ROLE_NOTES: dict[str, str] = {
    Role.PROVIDER_CLERK: "报开班、花名册、考勤",
    Role.PROVIDER_MANAGER: "签字、申报补贴，管本单位的人",
    Role.TRAINER: "上课、签到、打分",
    Role.STATION_CLERK: "考试报名、准考证、成绩，管本站的考评员",
    Role.APPRAISER: "到考场评分",
    Role.EMPLOYER_USER: "发岗位、看推荐的人、确认到岗",
    Role.LENDER_CLERK: "办贷款",
    Role.GUARANTOR_CLERK: "办担保",
    Role.COMMUNITY_CLERK: "推荐贷款申请人",
    Role.BASE_MANAGER: "管入驻、场地和服务",
    Role.PARTNER_CLERK: "办转来的协查、核对",
    Role.SYSTEM_ADMIN: "管单位、账号和设置",
    Role.SECURITY_ADMIN: "管岗位、密钥和锁定",
    Role.AUDIT_ADMIN: "看审计记录",
}


def regions_within(code: str) -> QuerySet[Region]:
    """The divisions in force in the scope of `code`."""
    found: QuerySet[Region] = Region.objects.in_force().filter(region_code_q("code", code))
    return found


class RegionField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    """A division, by its full name."""

    def __init__(self, *, empty_label: str = "请选一个", **kwargs: Any) -> None:
        super().__init__(Region.objects.none(), to_field_name="code", empty_label=empty_label, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_name)


class CreditCodeInput(forms.TextInput):
    """A unified social credit code, which the server reads back as soon as the field is left."""

    template_name = "manage/credit_code_input.html"

    def __init__(self) -> None:
        ask = {"hx-get": reverse_lazy("manage_credit_code"), "hx-target": "next .q-id-read", "hx-swap": "outerHTML"}
        super().__init__({**ask, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"})


def _require_for_a_station(form: PageForm, cleaned: dict[str, Any]) -> None:
    """Without them no sitting can be held there and no certificate numbered."""
    needed = {"station_code": "鉴定站要填站点编号，没有它发不了证书", "address": "鉴定站要填地址，考生照它去"}
    for field, words in needed.items():
        if field not in form.errors and not cleaned.get(field):
            form.add_error(field, words)


class NewOrganizationForm(PageForm):
    key = forms.UUIDField(widget=forms.HiddenInput(), initial=uuid.uuid4)
    kind = forms.ChoiceField(label="哪一类单位", choices=OrganizationKind.choices, help_text="登记后不能再改")
    name = forms.CharField(label="单位名称", max_length=120, help_text="和执照、公章上的一样")
    uscc = forms.CharField(
        label="统一社会信用代码", max_length=40, required=False, widget=CreditCodeInput(), help_text="执照上的 18 位"
    )
    region = RegionField(label="辖区", help_text="在哪里办事；登记后不能再改")
    station_code = forms.CharField(
        label="站点编号", max_length=12, required=False, help_text="只有鉴定站填：证书编号里的 6 位站点号"
    )
    address = forms.CharField(
        label="地址", max_length=160, required=False, help_text="鉴定站要填，考试通知上写的就是它"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("RegionField", self.fields["region"]).queryset = regions_within(settings.PROVINCE_CODE)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("kind") == OrganizationKind.APPRAISAL_STATION:
            _require_for_a_station(self, cleaned)
        return cleaned

    def columns(self) -> dict[str, Any]:
        """What is written down of the organisation; the key becomes its public id, so that it is made once."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        return {**values, "public_id": self.cleaned_data["key"]}


class EditOrganizationForm(PageForm):
    name = forms.CharField(label="单位名称", max_length=120)
    short_name = forms.CharField(label="简称", max_length=40, required=False, help_text="页面上平时用它")
    uscc = forms.CharField(label="统一社会信用代码", max_length=40, required=False, widget=CreditCodeInput())
    station_code = forms.CharField(label="站点编号", max_length=12, required=False, help_text="6 位数字")
    address = forms.CharField(label="地址", max_length=160, required=False)
    contact_name = forms.CharField(label="联系人", max_length=40, required=False)
    contact_phone = forms.CharField(label="联系电话", max_length=20, required=False)

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        names = ("name", "short_name", "uscc", "station_code", "address", "contact_name")
        initial = {name: getattr(organization, name) or "" for name in names}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["uscc"].widget.attrs["hx-vals"] = json.dumps({"own": str(organization.public_id)})
        self._is_station = organization.kind == OrganizationKind.APPRAISAL_STATION
        if not self._is_station:
            del self.fields["station_code"]
        if organization.contact_phone:
            self.fields["contact_phone"].help_text = f"现在是 {organization.contact_phone}，不改就空着"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self._is_station:
            _require_for_a_station(self, cleaned)
        return cleaned

    def columns(self) -> dict[str, Any]:
        """What changes; a phone left empty stays as it is."""
        return {name: value for name, value in self.cleaned_data.items() if value or name != "contact_phone"}


class CommentForm(PageForm):
    comment = forms.CharField(
        label="为什么", max_length=500, widget=forms.Textarea({"rows": 3}), help_text="写进办理经过，单位的人看得到"
    )


class RoleForm(PageForm):
    """A role to choose: from cards while they are few."""

    role = forms.ChoiceField(label="岗位")

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["role"])
        field.widget = CardSelect(notes=ROLE_NOTES) if len(roles) <= _CARDS_AT_MOST else forms.Select()
        field.choices = [(role.value, role.label) for role in roles]
        if len(roles) == 1:
            field.initial = roles[0].value


class PlaceForm(RoleForm):
    """A role in an organisation, and the part of its region that it is for, where there are parts."""

    region = RegionField(label="管哪里")
    field_order = ("name", "login", "role", "region")

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = regions_within(organization.region_id)
        if organization.kind in _BY_REGION and parts.count() > 1:
            region = cast("RegionField", self.fields["region"])
            region.queryset, region.initial = parts, organization.region_id
        else:
            del self.fields["region"]

    @property
    def chosen_region(self) -> str | None:
        """The code of the part chosen; None stands for the organisation's own."""
        chosen = self.cleaned_data.get("region")
        return chosen.code if chosen else None


class InviteForm(PlaceForm):
    key = forms.UUIDField(widget=forms.HiddenInput(), initial=uuid.uuid4)
    name = forms.CharField(label="请谁", max_length=60, help_text="写姓名，对方打开链接能看到")


class GrantForm(PlaceForm):
    login = forms.CharField(
        label="登录名",
        max_length=60,
        help_text="对方已有的账号；没有账号的，请发邀请",
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )


class ChangeRoleForm(RoleForm):
    key = forms.UUIDField(widget=forms.HiddenInput(), initial=uuid.uuid4)


class OrganizationFilter(PageForm):
    q = forms.CharField(required=False, max_length=120)
    kind = forms.ChoiceField(required=False, choices=[("", "全部类型"), *OrganizationKind.choices])
    region = RegionField(required=False, empty_label="全部辖区")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("RegionField", self.fields["region"]).queryset = regions_within(settings.PROVINCE_CODE)


class LookFilter(PageForm):
    """Whose looks, from which day to which."""

    login = forms.CharField(label="谁（登录名）", required=False, max_length=60, widget=forms.TextInput({"size": 12}))
    since = DayField(label="从哪天", required=False, widget=forms.TextInput({"size": 10}))
    until = DayField(label="到哪天", required=False, widget=forms.TextInput({"size": 10}))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "这一天要晚于开始的那一天")
        return cleaned


class AuditFilter(LookFilter):
    """The same, of which table, row and transaction."""

    table = forms.ChoiceField(label="哪张表", required=False)
    row = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput())
    xact = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput())
    field_order = ("table", "login", "since", "until", "row", "xact")

    def __init__(self, *args: Any, tables: Collection[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["table"]).choices = [("", "全部"), *tables]
