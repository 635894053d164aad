"""Organisations through their pages: found, registered, corrected, suspended, closed; and who is refused."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories import HAINAN, LONGHUA, MEILAN, SANYA, make_organization, make_region
from tests.identities import credit_code
from tests.web.manage.doors import actor_in, new_key, signed_in, text

from qihang.foundation.core.roles import SEPARATED_ADMINS, Role
from qihang.registry.organizations.enums import OrganizationKind, OrganizationState
from qihang.registry.organizations.models import Organization

pytestmark = pytest.mark.django_db

USCC = credit_code()
SCHOOL = OrganizationKind.TRAINING_INSTITUTION
STATION = OrganizationKind.APPRAISAL_STATION


@pytest.fixture
def admin() -> Client:
    make_region(LONGHUA)
    return signed_in(Role.SYSTEM_ADMIN)


def answers(**changes: str) -> dict[str, str]:
    return {"key": new_key(), "kind": SCHOOL, "name": "启明职业培训学校", "uscc": "", "region": MEILAN, **changes}


def register(client: Client, **changes: str) -> object:
    return client.post(reverse("manage_organization_new"), answers(**changes))


def page_of(organization: Organization, name: str = "manage_organization", *more: str) -> str:
    return reverse(name, args=[organization.public_id, *more])


class TestList:
    def test_finds_by_words_kind_region_and_state(self, admin: Client) -> None:
        make_organization(name="启明职业培训学校")
        make_organization(STATION, LONGHUA, name="龙华鉴定站", station_code="460106")
        make_organization(SCHOOL, SANYA, name="三亚潮汐学校")
        assert names(admin) == {"启明职业培训学校", "龙华鉴定站", "三亚潮汐学校", actor_in(admin).organization_label}
        assert names(admin, q="启明") == {"启明职业培训学校"}
        assert names(admin, q="460106") == {"龙华鉴定站"}
        assert names(admin, kind=SCHOOL) == {"启明职业培训学校", "三亚潮汐学校"}
        assert names(admin, kind=STATION) == {"龙华鉴定站"}
        assert names(admin, kind=SCHOOL, region=SANYA) == {"三亚潮汐学校"}
        assert "三亚潮汐学校" in names(admin, region=HAINAN)
        assert names(admin, q="没有这样的") == set()

    def test_is_paged_and_keeps_its_filters(self, admin: Client) -> None:
        for number in range(32):
            make_organization(name=f"学校{number:02}")
        page = text(admin.get(reverse("manage_organizations"), {"kind": SCHOOL}))
        assert "共 32" in page.replace("\u00a0", " ")
        assert f"?kind={SCHOOL}&amp;page=2" in page
        assert names(admin, kind=SCHOOL, page="2") == {"学校30", "学校31"}
        assert names(admin, kind=SCHOOL, page="nonsense") >= {"学校00"}

    def test_states_are_tabs(self, admin: Client) -> None:
        closed = make_organization(name="关了的学校")
        admin.post(page_of(closed, "manage_organization_step", "close"), {"comment": "合并了"})
        assert names(admin, state=OrganizationState.CLOSED) == {"关了的学校"}
        assert "关了的学校" not in names(admin, state=OrganizationState.ACTIVE)

    def test_an_address_with_nonsense_shows_everything(self, admin: Client) -> None:
        make_organization(name="启明职业培训学校")
        assert "启明职业培训学校" in names(admin, kind="nothing", region="000000", state="gone")


def names(client: Client, **query: str) -> set[str]:
    response = client.get(reverse("manage_organizations"), query)
    return {item.name for item in response.context["page"]}


class TestRegistering:
    def test_leads_to_its_page(self, admin: Client) -> None:
        response = register(admin)
        made = Organization.objects.get(name="启明职业培训学校")
        assert response["Location"] == page_of(made)  # type: ignore[index]
        page = text(admin.get(page_of(made)))
        assert "现在没有人在岗" in page
        assert "登记单位" in page

    def test_sent_twice_it_is_one(self, admin: Client) -> None:
        data = answers()
        first = admin.post(reverse("manage_organization_new"), data)
        second = admin.post(reverse("manage_organization_new"), data)
        assert first["Location"] == second["Location"]
        assert Organization.objects.filter(kind=SCHOOL).count() == 1

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"name": ""}, "请填“单位名称”"),
            ({"region": ""}, "请选“辖区”"),
            ({"kind": "school"}, "里没有这一项"),
            ({"uscc": "91460000MA5RC0XU1T"}, "对不上校验"),
            ({"station_code": "460106"}, "站点编号只有鉴定站用"),
            ({"kind": STATION, "station_code": "12", "address": "人民大道 1 号"}, "站点编号是 6 位数字"),
            ({"kind": STATION, "address": "人民大道 1 号"}, "没有它发不了证书"),
            ({"kind": STATION, "station_code": "460106"}, "考生照它去"),
            ({"key": "x"}, "form"),
        ],
    )
    def test_what_is_wrong_stands_there_and_the_rest_stays(
        self, admin: Client, changes: dict[str, str], says: str
    ) -> None:
        response = register(admin, **changes)
        assert response.status_code == 200  # type: ignore[attr-defined]
        assert says in text(response)
        assert not Organization.objects.filter(kind__in=[SCHOOL, STATION]).exists()

    def test_a_name_is_once_in_a_region(self, admin: Client) -> None:
        make_organization(name="启明职业培训学校")
        assert "已经有同名的单位" in text(register(admin))

    @pytest.mark.parametrize("role", [*(SEPARATED_ADMINS - {Role.SYSTEM_ADMIN}), Role.PROVIDER_MANAGER, Role.APPROVER])
    def test_is_the_system_administrators(self, role: Role) -> None:
        client = signed_in(role)
        assert client.get(reverse("manage_organization_new")).status_code == 403
        assert client.post(reverse("manage_organization_new"), answers()).status_code == 403


class TestCreditCode:
    def ask(self, client: Client, text_: str, **more: str) -> str:
        return text(client.get(reverse("manage_credit_code"), {"uscc": text_, **more}))

    def test_says_what_it_is(self, admin: Client) -> None:
        assert "hidden" in self.ask(admin, "")
        assert "现有位数不对" in self.ask(admin, "9146")
        assert "对得上" in self.ask(admin, USCC.lower())
        assert "登记机关在海口市" in self.ask(admin, USCC)

    def test_names_who_has_it_already_but_not_oneself(self, admin: Client) -> None:
        known = make_organization(name="启明职业培训学校", uscc=USCC)
        assert "已经登记过" in self.ask(admin, USCC)
        assert "已经登记过" not in self.ask(admin, USCC, own=str(known.public_id))

    def test_is_not_told_to_others(self) -> None:
        assert signed_in(Role.PROVIDER_MANAGER).get(reverse("manage_credit_code")).status_code == 403


class TestEditing:
    def test_corrects_and_shows_who_did(self, admin: Client) -> None:
        school = make_organization(name="启名学校", contact_phone="13907551234")
        page = text(admin.get(page_of(school, "manage_organization_edit")))
        assert "139****1234" in page
        assert "13907551234" not in page
        admin.post(page_of(school, "manage_organization_edit"), {"name": "启明学校", "address": "海府路 1 号"})
        school.refresh_from_db()
        assert (school.name, school.address, school.contact_phone.plain()) == (
            "启明学校",
            "海府路 1 号",
            "13907551234",
        )
        page = text(admin.get(page_of(school)))
        assert "改了单位信息" in page
        assert actor_in(admin).user_label in page

    def test_a_wrong_code_is_said_at_its_field(self, admin: Client) -> None:
        school = make_organization(name="启明学校")
        response = admin.post(page_of(school, "manage_organization_edit"), {"name": "启明学校", "uscc": "1"})
        assert "对不上校验" in text(response)

    def test_a_station_keeps_its_code(self, admin: Client) -> None:
        station = make_organization(STATION, station_code="460106")
        edit = page_of(station, "manage_organization_edit")
        admin.post(edit, {"name": "美兰站", "station_code": "460107", "address": "人民大道 1 号"})
        station.refresh_from_db()
        assert (station.station_code, station.address) == ("460107", "人民大道 1 号")
        assert "没有它发不了证书" in text(admin.post(edit, {"name": "美兰站", "address": "人民大道 1 号"}))

    def test_is_refused_to_the_security_administrator(self) -> None:
        school = make_organization()
        client = signed_in(Role.SECURITY_ADMIN)
        assert client.post(page_of(school, "manage_organization_edit"), {"name": "别的"}).status_code == 403


class TestStates:
    def test_the_operator_itself_is_not_offered_to_be_stopped(self, admin: Client) -> None:
        operator = Organization.objects.get(kind="operator")
        page = admin.get(reverse("manage_organization", args=[operator.public_id])).content.decode()
        assert "/state/suspend/" not in page and "/state/close/" not in page
        answer = admin.post(page_of(operator, "manage_organization_step", "suspend"), {"comment": "误点"})
        assert "没有人能再恢复它" in answer.content.decode()
        operator.refresh_from_db()
        assert operator.state == "active"

    def test_suspended_resumed_closed(self, admin: Client) -> None:
        school = make_organization()
        for step, state in (("suspend", "suspended"), ("resume", "active"), ("close", "closed")):
            assert "为什么" in text(admin.get(page_of(school, "manage_organization_step", step)))
            admin.post(page_of(school, "manage_organization_step", step), {"comment": "年检没过"})
            school.refresh_from_db()
            assert school.state == state
        page = text(admin.get(page_of(school)))
        assert page.count("年检没过") == 3
        assert "请人进来" not in page

    def test_without_a_reason_nothing_happens(self, admin: Client) -> None:
        school = make_organization()
        assert "请填“为什么”" in text(
            admin.post(page_of(school, "manage_organization_step", "close"), {"comment": " "})
        )
        school.refresh_from_db()
        assert school.state == "active"

    def test_done_twice_it_says_so(self, admin: Client) -> None:
        school = make_organization()
        admin.post(page_of(school, "manage_organization_step", "suspend"), {"comment": "年检"})
        response = admin.post(page_of(school, "manage_organization_step", "suspend"), {"comment": "年检"})
        assert "现在是“暂停”" in text(response)

    def test_a_step_that_is_none(self, admin: Client) -> None:
        assert admin.get(page_of(make_organization(), "manage_organization_step", "burn")).status_code == 404

    def test_is_refused_to_others(self) -> None:
        school = make_organization()
        for role in (Role.SECURITY_ADMIN, Role.PROVIDER_MANAGER):
            client = signed_in(role)
            address = page_of(school, "manage_organization_step", "close")
            assert client.post(address, {"comment": "不要了"}).status_code == 403


class TestSight:
    def test_managers_see_their_own_alone(self) -> None:
        mine, other = make_organization(), make_organization()
        client = signed_in(Role.PROVIDER_MANAGER, organization=mine)
        assert mine.name in text(client.get(reverse("own_people")))
        assert client.get(page_of(mine)).status_code == 200
        assert client.get(page_of(other)).status_code == 404
        assert client.get(reverse("manage_organizations")).status_code == 403

    @pytest.mark.parametrize("role", [Role.AUDIT_ADMIN, Role.TRAINER, Role.APPROVER, Role.LEADER])
    def test_others_see_none(self, role: Role) -> None:
        client = signed_in(role)
        assert client.get(page_of(make_organization())).status_code == 403
        assert client.get(reverse("own_people")).status_code == 403

    def test_visitors_are_sent_to_sign_in(self) -> None:
        assert Client().get(reverse("manage_organizations")).status_code == 302
