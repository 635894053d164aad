"""The page on which the institution says who teaches a class, and what a trainer then finds."""

import pytest
from django.urls import reverse

from qihang.delivery.training.models import Teaching, TrainingClass
from qihang.delivery.training.services import cancel_class, draft_class
from qihang.delivery.training.teaching import trainers_of
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.models import Membership, Organization
from qihang.registry.organizations.services import end_membership
from tests.delivery.builders import Cast, approved_class, class_fields
from tests.factories import make_actor, make_user
from tests.web.provider.pages import browser_of, give, messages_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast: Cast) -> TrainingClass:
    return approved_class(cast)


def hire(cast: Cast, name: str, **fields: str) -> Actor:
    school = Organization.objects.get(pk=cast.clerk.organization_id)
    return make_actor(Role.TRAINER, organization=school, user=make_user(name=name, **fields))


def public_id(trainer: Actor) -> str:
    return str(Membership.objects.get(pk=trainer.membership_id).public_id)


def page_of(item: TrainingClass) -> str:
    return reverse("class_trainers", args=[item.public_id])


def class_page(actor: Actor, item: TrainingClass) -> str:
    return browser_of(actor).get(reverse("class_page", args=[item.public_id])).content.decode()


@pytest.mark.parametrize("hand", ["clerk", "manager"])
def test_ticked_and_sent_they_teach(cast: Cast, item: TrainingClass, hand: str) -> None:
    wang, li = hire(cast, "王秀兰"), hire(cast, "李玉梅")
    client = browser_of(getattr(cast, hand))
    assert "还没有定" in class_page(cast.clerk, item)
    page = client.get(page_of(item)).content.decode()
    assert "王秀兰" in page and "李玉梅" in page and "checked" not in page
    answer = client.post(page_of(item), {"trainers": [public_id(wang), public_id(li)]}, follow=True)
    assert messages_of(answer) == "任课教师定好了：李玉梅、王秀兰"
    assert "李玉梅、王秀兰" in answer.content.decode()
    assert client.get(page_of(item)).content.decode().count("checked") == 2


def test_none_ticked_nobody_teaches_and_the_page_keeps_who_did(cast: Cast, item: TrainingClass) -> None:
    wang = hire(cast, "王秀兰")
    give(cast, item, wang)
    client = browser_of(cast.clerk)
    assert "现在没有任课教师" in messages_of(client.post(page_of(item), {}, follow=True))
    assert trainers_of(item) == []
    page = client.get(page_of(item)).content.decode()
    assert "以前的任课教师" in page and "当天又改了" in page


def test_namesakes_are_told_apart(cast: Cast, item: TrainingClass) -> None:
    hire(cast, "王秀兰", login="wang1")
    hire(cast, "王秀兰", login="wang2")
    page = browser_of(cast.clerk).get(page_of(item)).content.decode()
    assert "王秀兰（wang1）" in page and "王秀兰（wang2）" in page


def test_somebody_who_left_meanwhile_is_not_taken(cast: Cast, item: TrainingClass) -> None:
    wang = hire(cast, "王秀兰")
    hire(cast, "李玉梅")
    end_membership(actor=cast.manager, membership=Membership.objects.get(pk=wang.membership_id))
    answer = browser_of(cast.clerk).post(page_of(item), {"trainers": [public_id(wang)]})
    assert "请从列出的里面选" in answer.content.decode()
    assert not Teaching.objects.exists()


def test_without_trainers_the_page_leads_to_inviting_one(cast: Cast, item: TrainingClass) -> None:
    school = item.organization
    by_manager = browser_of(cast.manager).get(page_of(item)).content.decode()
    assert f"{reverse('manage_invite', args=[school.public_id])}?role=trainer" in by_manager
    by_clerk = browser_of(cast.clerk).get(page_of(item)).content.decode()
    assert "请学校负责人" in by_clerk and "/invite/" not in by_clerk


def test_a_cancelled_class_needs_none(cast: Cast) -> None:
    item = draft_class(actor=cast.clerk, fields=class_fields())
    cancel_class(actor=cast.manager, item=item, comment="不办了")
    answer = browser_of(cast.clerk).get(page_of(item), follow=True)
    assert "不用再定" in messages_of(answer)
    assert page_of(item) not in answer.content.decode()


def test_officers_read_who_teaches_and_change_nothing(cast: Cast, item: TrainingClass) -> None:
    give(cast, item, hire(cast, "王秀兰"))
    page = class_page(cast.intake, item)
    assert "王秀兰" in page and page_of(item) not in page


def test_a_trainer_goes_from_the_class_to_its_attendance_and_files(cast: Cast, item: TrainingClass) -> None:
    wang = hire(cast, "王秀兰")
    give(cast, item, wang)
    page = class_page(wang, item)
    sheet = reverse("import_start", args=["attendance", item.public_id])
    assert sheet in page
    assert reverse("import_start", args=["roster", item.public_id]) not in page and page_of(item) not in page
    client = browser_of(wang)
    attendance = client.get(reverse("class_attendance", args=[item.public_id])).content.decode()
    assert sheet in attendance
    assert client.get(sheet).status_code == 200
