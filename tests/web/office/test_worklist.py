"""The work list: what waits for whom, the most urgent first, found again by the address alone."""

import datetime as dt

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.services import review_class
from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.models import Organization
from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW
from qihang.web.landing import home_of
from qihang.web.views.office import work
from qihang.web.views.office.roles import CASE_ROLES
from tests.delivery.builders import FILED, Cast, approved_class, place_in
from tests.factories import HAIKOU, LONGHUA, SANYA, SYSTEM, make_actor, make_region
from tests.web.office.desk import at_desk, ids_of, queries, reviewed, submitted, user_of, waiting_places

HOME = "/office/"


def text(client: Client, address: str = HOME) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_officer_sees_what_waits_for_their_own_hand(cast: Cast) -> None:
    first, second = submitted(cast, name="等初审的班"), reviewed(cast, name="等审批的班")
    assert first.name in text(at_desk(cast.intake))
    assert second.name not in text(at_desk(cast.intake))
    assert second.name in text(at_desk(cast.approver))
    assert first.name not in text(at_desk(cast.approver))


@pytest.mark.parametrize("role", [Role.SECOND_REVIEWER, Role.INSPECTOR])
def test_readers_see_both_and_have_no_button(cast: Cast, role: Role) -> None:
    submitted(cast, name="等初审的班")
    reviewed(cast, name="等审批的班")
    page = text(at_desk(make_actor(role)))
    assert "等初审的班" in page
    assert "等审批的班" in page
    assert "data-bulk" not in page


def test_another_county_sees_nothing_of_it(cast: Cast) -> None:
    submitted(cast)
    assert "现在没有要您办的件" in text(at_desk(make_actor(Role.INTAKE_OFFICER, region=SANYA)))


@pytest.mark.parametrize("role", [Role.PROVIDER_MANAGER, Role.FINANCE_OFFICER, Role.LEADER, Role.SYSTEM_ADMIN])
def test_others_are_told_whose_page_it_is(cast: Cast, role: Role) -> None:
    answer = at_desk(make_actor(role)).get(HOME)
    assert answer.status_code == 403
    assert "受理初审" in answer.content.decode()


def test_it_is_where_officers_begin_and_the_menu_counts(cast: Cast) -> None:
    submitted(cast)
    submitted(cast, name="第二个班")
    client = at_desk(cast.intake)
    request = RequestFactory().get("/")
    for role in CASE_ROLES:
        assert home_of(make_actor(role), request) == HOME
    page = text(client, "/office/people/")
    assert '<span class="q-cnt">2' in page
    assert '<span class="q-cnt">' not in text(at_desk(make_actor(Role.INSPECTOR)), "/office/people/")


def test_categories_stand_as_one_line_a_class(cast: Cast) -> None:
    item = approved_class(cast, name="有人等的班")
    waiting_places(item, 3)
    page = text(at_desk(cast.intake))
    assert "3\xa0人的类别等核实" in page
    assert reverse("office_categories", args=[item.public_id]) in page
    assert "有人等的班" not in text(at_desk(cast.approver))


def test_the_nearest_deadline_comes_first_and_late_ones_have_a_view(cast: Cast) -> None:
    with clock.travel_to(FILED):  # due on 3 March
        submitted(cast, name="早来的班")
    submitted(cast, name="晚来的班")
    client = at_desk(cast.intake)
    page = text(client)
    assert page.index("早来的班") < page.index("晚来的班")
    assert "早来的班" in text(client, f"{HOME}?view=soon")
    assert "晚来的班" not in text(client, f"{HOME}?view=soon")
    with clock.travel_to(dt.date(2026, 3, 5)):
        late = text(at_desk(cast.intake), f"{HOME}?view=late")
    assert "早来的班" in late
    assert "已超期" in late
    assert "晚来的班" not in late


def test_the_longest_wait_first_when_asked(cast: Cast) -> None:
    item = approved_class(cast, name="等核实的班")
    with clock.travel_to(dt.date(2026, 2, 25)):
        waiting_places(item, 1)
    submitted(cast, name="后来的班")
    page = text(at_desk(cast.intake), f"{HOME}?sort=since")
    assert page.index("等核实的班") < page.index("后来的班")


def test_kind_and_words_narrow_and_can_be_dropped_again(cast: Cast) -> None:
    waiting_places(approved_class(cast, name="养老护理员班"), 1)
    submitted(cast, name="电工班")
    client = at_desk(cast.intake)
    assert "养老护理员班" not in text(client, f"{HOME}?kind=class")
    assert "电工班" not in text(client, f"{HOME}?kind=category")
    found = text(client, f"{HOME}?q=电工")
    assert "养老护理员班" not in found
    assert "去掉条件：电工" in found
    assert "没有合条件的件" in text(client, f"{HOME}?q=焊工")


def test_a_city_chooses_among_its_counties(cast: Cast) -> None:
    make_region(LONGHUA)
    submitted(cast, name="美兰的班")
    client = at_desk(make_actor(Role.INTAKE_OFFICER, region=HAIKOU))
    assert "龙华区" in text(client)
    assert "美兰的班" in text(client, f"{HOME}?region=460108")
    assert "美兰的班" not in text(client, f"{HOME}?region={LONGHUA}")
    assert "美兰的班" not in text(client, f"{HOME}?region={SANYA}")
    assert "全部市县" not in text(at_desk(cast.intake))


def test_pages_keep_their_filters(cast: Cast) -> None:
    for number in range(21):
        submitted(cast, name=f"电工第{number}期")
    client = at_desk(cast.intake)
    first = text(client, f"{HOME}?q=电工")
    assert "共 21 件" in first
    second = text(client, f"{HOME}?q=电工&page=2")
    assert second.count("<tr>") == 2
    assert "第 21—21 件" in second


def test_no_query_a_row(cast: Cast) -> None:
    client = at_desk(cast.intake)
    waiting_places(approved_class(cast), 1)
    submitted(cast, name="第一个班")
    few = queries(client, HOME)
    waiting_places(approved_class(cast, name="另一个班"), 2)
    for number in range(8):
        submitted(cast, name=f"电工第{number}期")
    assert queries(client, HOME) == few < 46


class TestBulk:
    def test_asks_first_then_passes_them_on_together(self, cast: Cast) -> None:
        items = [submitted(cast, name=f"电工第{number}期") for number in (1, 2)]
        client = at_desk(cast.intake)
        address = reverse("office_classes_pass")
        question = client.post(address, {"ids": ids_of(items)})
        assert "初审通过这" in question.content.decode()
        assert set(states()) == {"submitted"}
        answer = client.post(address, {"ids": ids_of(items), "sure": "1", "comment": "材料齐"}, follow=True)
        assert "初审通过 2 件" in answer.content.decode()
        assert set(states()) == {"reviewed"}

    def test_approving_gives_each_its_number_and_a_refused_one_keeps_none(self, cast: Cast) -> None:
        good, own = reviewed(cast, name="别人初审的班"), submitted(cast, name="自己初审的班")
        user = at_desk(cast.approver)

        office = Organization.objects.get(pk=cast.approver.organization_id)
        twice = make_actor(Role.INTAKE_OFFICER, organization=office, user=user_of(cast.approver))
        review_class(actor=twice, item=own)
        answer = user.post(reverse("office_classes_pass"), {"ids": ids_of([own, good]), "sure": "1"}, follow=True)
        page = answer.content.decode()
        assert "批准了 1 件，1 件没办成" in page
        assert "换一个人" in page
        good.refresh_from_db()
        own.refresh_from_db()
        assert (good.filing_no, own.filing_no, own.state) == ("460108202600001", None, "reviewed")

    def test_what_fails_a_condition_cannot_be_ticked_and_is_left_if_sent_all_the_same(self, cast: Cast) -> None:
        item = submitted(cast, name="停了的学校")
        school = Organization.objects.get(pk=cast.manager.organization_id)
        ORGANIZATION_WORKFLOW.apply(school, "suspend", actor=SYSTEM, comment="整改")
        client = at_desk(cast.intake)
        assert str(item.public_id) not in text(client).split("<tbody>")[1].replace(
            reverse("office_class", args=[item.public_id]), ""
        )
        answer = client.post(reverse("office_classes_pass"), {"ids": ids_of([item]), "sure": "1"}, follow=True)
        assert "现在不能开班" in answer.content.decode()
        assert set(states()) == {"submitted"}

    def test_nothing_ticked_or_nonsense_changes_nothing(self, cast: Cast) -> None:
        submitted(cast)
        client = at_desk(cast.intake)
        for ids in ([], ["1"], ["不是编号"]):
            answer = client.post(reverse("office_classes_pass"), {"ids": ids, "sure": "1"}, follow=True)
            assert "没有勾选" in answer.content.decode()
        assert set(states()) == {"submitted"}

    def test_another_county_and_readers_pass_nothing_on(self, cast: Cast) -> None:
        item = submitted(cast)
        stranger = at_desk(make_actor(Role.INTAKE_OFFICER, region=SANYA))
        stranger.post(reverse("office_classes_pass"), {"ids": ids_of([item]), "sure": "1"})
        reader = at_desk(make_actor(Role.INSPECTOR))
        assert reader.post(reverse("office_classes_pass"), {"ids": ids_of([item])}).status_code == 403
        assert set(states()) == {"submitted"}


def states() -> list[str]:
    return list(TrainingClass.objects.values_list("state", flat=True))


def test_a_kind_of_work_has_one_name() -> None:
    source = work._sources["class"]
    work.register(source)
    with pytest.raises(ValueError, match="class"):
        work.register(
            work.WorkSource(**{name: getattr(source, name) for name in source.__slots__} | {"label": "别的"})
        )


def test_a_class_without_a_sitting_waits_for_the_intake_officer(cast: Cast) -> None:
    item = approved_class(cast, name="没有考场的班")
    place_in(item)
    with clock.travel_to(item.start):
        page = text(at_desk(cast.intake))
        assert reverse("office_class_sitting", args=[item.public_id]) in page
        assert "还没有定鉴定站和日子" in page
        assert item.name not in text(at_desk(cast.approver))
