"""Confirming categories: many at once on proof seen, one refused with words, and what became of each."""

import pytest
from django.test import Client
from django.urls import reverse

from qihang.delivery.training.enrolling import confirm_categories
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.roles import Role
from qihang.registry.participants.models import PersonCategory
from qihang.registry.participants.services import reject_category
from qihang.registry.participants.workflows import CATEGORY_WORKFLOW
from qihang.registry.policy.rules.facts import NO_CATEGORY
from qihang.web.views.office import categories
from tests.delivery.builders import Cast, approved_class, make_cast, make_person
from tests.factories import SANYA, make_actor, make_region
from tests.registry.benefits.builders import past_use
from tests.web.office.desk import CERTIFICATE, Words, at_desk, ids_of, queries, waiting_place, waiting_places, words_of


def address(item: TrainingClass, act: str = "office_categories") -> str:
    return reverse(act, args=[item.public_id])


def words(client: Client, where: str) -> Words:
    answer = client.get(where)
    assert answer.status_code == 200
    return words_of(answer.content.decode())


def confirm(client: Client, item: TrainingClass, places: list[Enrolment], comment: str = "看了原件") -> Words:
    posted = {"ids": ids_of(places), "comment": comment, "no_public_post": "on", "sure": "1"}
    return words_of(client.post(address(item, "office_categories_confirm"), posted, follow=True).content.decode())


def states(item: TrainingClass) -> list[str]:
    return list(Enrolment.objects.filter(training_class=item).order_by("pk").values_list("state", flat=True))


def test_everybody_who_waits_stands_masked_with_the_proof_to_look_at(cast: Cast) -> None:
    item = approved_class(cast)
    place = waiting_place(item)
    page = words(at_desk(cast.intake), address(item))
    for said in ("城镇登记失业人员", "看：《就业创业证》或失业登记凭证", "43岁", "没有别的记录"):
        assert said in page, said
    assert CERTIFICATE not in page
    assert place.person.identity_no.plain() not in page


def test_the_registers_say_what_they_know(cast: Cast) -> None:
    person = make_person()
    first, item = approved_class(cast, name="上一期"), approved_class(cast, name="这一期")
    past_use(person, "2024-1")
    waiting_place(first, person=person)
    CATEGORY_WORKFLOW.apply(PersonCategory.objects.get(), "confirm", actor=cast.intake, fields={"public_post": False})
    waiting_place(item, person=person, category="09")
    page = words(at_desk(cast.intake), address(item))
    for said in ("在“上一期”里", "核实过：城镇登记失业人员", "培训补贴用过 1 次"):
        assert said in page, said


def test_a_category_found_wrong_before_stands_beside_the_name(cast: Cast) -> None:
    item = approved_class(cast)
    waiting_place(item)
    reject_category(actor=cast.intake, category=PersonCategory.objects.get(), reason="证是假的")
    page = words(at_desk(cast.intake), address(item))
    assert "认定过不属于：城镇登记失业人员" in page
    assert "没有待核的类别" in page


def test_a_class_out_of_sight_is_counted_and_not_named(cast: Cast) -> None:
    person, elsewhere = make_person(), make_cast(SANYA)
    waiting_place(approved_class(elsewhere, name="三亚的班", region=make_region(SANYA)), person=person)
    item = approved_class(cast, name="美兰的班")
    waiting_place(item, person=person, category="09")
    page = words(at_desk(cast.intake), address(item))
    assert "辖区外还在 1 个班里" in page
    assert "三亚的班" not in page


def test_asks_first_then_confirms_each_with_the_words_and_admits_them(cast: Cast) -> None:
    item = approved_class(cast)
    places = waiting_places(item, 3)
    client = at_desk(cast.intake)
    question = client.post(address(item, "office_categories_confirm"), {"ids": ids_of(places[:2])})
    assert "核实这2人吗" in words_of(question.content.decode())
    assert states(item) == ["applied"] * 3
    page = confirm(client, item, places[:2], "看了就业创业证原件")
    assert "录取2" in page
    assert "接着核实（还有 1人）" in page
    assert states(item) == ["enrolled", "enrolled", "applied"]
    said = [
        CATEGORY_WORKFLOW.history(claim).last().comment for claim in PersonCategory.objects.filter(state="confirmed")
    ]
    assert said == ["看了就业创业证原件"] * 2


def test_who_no_longer_meets_a_condition_is_refused_and_it_says_which(cast: Cast) -> None:
    """Two classes at once: the subsidy of the year goes to the first that is confirmed."""
    person = make_person()
    first, item = approved_class(cast, name="上一期"), approved_class(cast, name="这一期")
    earlier, place = waiting_place(first, person=person), waiting_place(item, person=person, category="09")
    confirm_categories(
        actor=cast.intake, item=first, enrolment_ids=[earlier.pk], public_post=False, comment="看了原件"
    )
    page = confirm(at_desk(cast.intake), item, [place])
    assert states(item) == ["refused"]
    assert "没通过，差在" in page
    assert "当年享受次数未到上限（1 次）（今年已有 1 次）" in page


def test_without_words_nothing_is_confirmed(cast: Cast) -> None:
    item = approved_class(cast)
    places = waiting_places(item, 1)
    page = confirm(at_desk(cast.intake), item, places, "  ")
    assert "请填“看的什么证明" in page
    assert states(item) == ["applied"]


def test_nobody_is_confirmed_before_their_posts_were_looked_at(cast: Cast) -> None:
    item = approved_class(cast)
    places = waiting_places(item, 1)
    asked = {"ids": ids_of(places), "comment": "看了原件", "sure": "1"}
    page = words_of(at_desk(cast.intake).post(address(item, "office_categories_confirm"), asked).content.decode())
    assert "没核过在编情况的，先不要核实" in page
    assert states(item) == ["applied"]


def test_somebody_on_a_public_staff_is_refused_and_told_so(cast: Cast) -> None:
    item = approved_class(cast)
    place = waiting_place(item)
    given = {"category": "02", "public_post": "yes", "comment": "编办名册里有他"}
    page = at_desk(cast.intake).post(reverse("office_case_correct", args=[place.public_id]), given, follow=True)
    assert "没通过，差在" in words_of(page.content.decode())
    assert "在编" in words_of(page.content.decode())
    assert states(item) == ["refused"]


def test_somebody_settled_meanwhile_is_left_alone(cast: Cast) -> None:
    item = approved_class(cast)
    places = waiting_places(item, 2)
    confirm_categories(
        actor=cast.intake, item=item, enrolment_ids=[places[0].pk], public_post=False, comment="同事办的"
    )
    client = at_desk(cast.intake)
    assert "录取1" in confirm(client, item, places)
    assert "没有勾选，或者勾的人已经核实过了" in confirm(client, item, places)
    claims = PersonCategory.objects.filter(person=places[0].person)
    assert CATEGORY_WORKFLOW.history(claims.get()).last().comment == "同事办的"


def test_one_is_refused_with_words_that_the_person_reads(cast: Cast) -> None:
    item = approved_class(cast)
    place = waiting_place(item)
    client = at_desk(cast.intake)
    reject = reverse("office_case_reject", args=[place.public_id])
    assert "请填“给本人的话" in words_of(client.post(reject, {"comment": ""}).content.decode())
    page = words_of(client.post(reject, {"comment": "失业登记去年注销了"}, follow=True).content.decode())
    assert "人员类别已由经办凭证明核实" in page
    assert states(item) == ["refused"]
    assert CATEGORY_WORKFLOW.history(PersonCategory.objects.get()).last().comment == "失业登记去年注销了"
    assert "刷新再看" in words_of(client.post(reject, {"comment": "再来一次"}).content.decode())


def test_by_the_proof_somebody_is_of_another_category(cast: Cast) -> None:
    item = approved_class(cast)
    place = waiting_place(item)
    correct = reverse("office_case_correct", args=[place.public_id])
    client = at_desk(cast.intake)
    assert "没有这一项" in words_of(
        client.post(correct, {"category": "99", "public_post": "no", "comment": "看证"}).content.decode()
    )
    assert "请选“是机关、事业单位在编人员吗" in words_of(
        client.post(correct, {"category": "09", "comment": "看了退役证"}).content.decode()
    )
    client.post(correct, {"category": "09", "public_post": "no", "comment": "看了退役证"})
    place.refresh_from_db()
    assert (place.state, place.category) == ("enrolled", "09")


def test_all_who_wait_are_decided_anew_by_what_is_known_now(cast: Cast) -> None:
    item = approved_class(cast)
    waiting_place(item)
    CATEGORY_WORKFLOW.apply(PersonCategory.objects.get(), "confirm", actor=cast.intake, fields={"public_post": False})
    client = at_desk(cast.intake)
    page = words_of(client.post(address(item, "office_categories_again"), follow=True).content.decode())
    assert "录取1" in page
    assert states(item) == ["enrolled"]


def test_the_number_of_the_paper_is_shown_for_a_reason_that_is_kept(cast: Cast) -> None:
    item = approved_class(cast)
    waiting_place(item)
    client = at_desk(cast.intake)
    reveal = reverse("office_certificate", args=[PersonCategory.objects.get().public_id])
    assert client.get(reveal).status_code == 405
    assert CERTIFICATE not in client.post(reveal, {}).content.decode()
    assert CERTIFICATE in client.post(reveal, {"reason": "核对原件"}).content.decode()
    assert RevealLog.objects.get().reason == "核对原件"
    stranger = at_desk(make_actor(Role.INTAKE_OFFICER, region=SANYA))
    assert stranger.post(reveal, {"reason": "看看"}).status_code == 404


@pytest.mark.parametrize("role", [Role.APPROVER, Role.LEADER, Role.INSPECTOR])
def test_others_read_and_confirm_nothing(cast: Cast, role: Role) -> None:
    item = approved_class(cast)
    places = waiting_places(item, 1)
    client = at_desk(make_actor(role))
    assert "data-bulk" not in client.get(address(item)).content.decode()
    for act in ("office_categories_confirm", "office_categories_again"):
        assert client.post(address(item, act), {"ids": ids_of(places), "sure": "1"}).status_code == 403
    assert states(item) == ["applied"]


def test_another_county_finds_nothing(cast: Cast) -> None:
    item = approved_class(cast)
    place = waiting_place(item)
    stranger = at_desk(make_actor(Role.INTAKE_OFFICER, region=SANYA))
    assert stranger.get(address(item)).status_code == 404
    for act in ("office_categories_confirm", "office_categories_again"):
        assert stranger.post(address(item, act), {"ids": ids_of([place])}).status_code == 404
    for act in ("office_case", "office_case_reject", "office_case_correct", "office_case_reconsider"):
        assert stranger.get(reverse(act, args=[place.public_id])).status_code == 404


def test_people_of_another_class_are_not_confirmed_through_this_one(cast: Cast) -> None:
    item, other = approved_class(cast, name="这一期"), approved_class(cast, name="另一期")
    waiting_place(item)
    foreign = waiting_place(other)
    assert "没有勾选" in confirm(at_desk(cast.intake), item, [foreign])
    assert states(other) == ["applied"]


def test_no_query_a_row(cast: Cast) -> None:
    item = approved_class(cast)
    waiting_places(item, 1)
    client = at_desk(cast.intake)
    few = queries(client, address(item))
    for number in range(2, 7):
        waiting_place(item, no=number)
    assert queries(client, address(item)) == few < 40


def test_a_large_class_is_confirmed_page_by_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only those that were ticked on a page are read and confirmed; the others wait on."""
    monkeypatch.setattr(categories, "_A_PAGE", 4)
    item = approved_class(cast)
    places = waiting_places(item, 6)
    client = at_desk(cast.intake)
    first, second = (client.get(address(item), {"page": page}).content.decode() for page in (1, 2))
    assert (first.count('name="ids"'), second.count('name="ids"')) == (4, 2)
    assert "6 人等核实" in words_of(first) and "第 1—4 人，共 6 人" in words_of(first)
    confirm(client, item, places[4:])
    assert states(item) == ["applied"] * 4 + ["enrolled"] * 2
    assert client.get(address(item)).content.decode().count('name="ids"') == 4


def test_what_the_roster_said_outside_the_range_is_not_called_nothing(cast: Cast) -> None:
    item = approved_class(cast)
    place = waiting_place(item, category=NO_CATEGORY)
    for url in (
        reverse("office_class", args=[item.public_id]),
        reverse("office_case", args=[place.public_id]),
    ):
        assert "名册上写的不在范围内" in words(at_desk(cast.intake), url)
    assert "名册上写的不在范围内" in words(at_desk(cast.clerk), reverse("class_people", args=[item.public_id]))
