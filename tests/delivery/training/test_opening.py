"""A class is opened by two officers' hands, within the rules of the day, under a number that never comes twice."""

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest
from django.db import IntegrityError
from tests.delivery.builders import FILED, START, Cast, approved_class, class_fields, ground, make_cast, place_in
from tests.factories import SANYA, SYSTEM, make_actor, make_organization

from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.services import (
    approve_class,
    cancel_class,
    draft_class,
    get_class,
    review_class,
    revise_class,
    send_back_class,
    submit_class,
)
from qihang.delivery.training.workflows import CLASS_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.notifications.models import Message
from qihang.registry.organizations.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(FILED):
        yield make_cast()


def drafted(cast: Cast, **changes: object) -> TrainingClass:
    return draft_class(actor=cast.clerk, fields=class_fields(**changes))


def test_four_hands_open_a_class_and_the_approval_is_its_filing_day(cast: Cast) -> None:
    item = drafted(cast)
    submit_class(actor=cast.manager, item=item)
    review_class(actor=cast.intake, item=item, comment="材料齐")
    approve_class(actor=cast.approver, item=item)
    assert (item.state, item.filed_on, item.filing_no) == ("approved", FILED, "460108202600001")
    steps = list(CLASS_WORKFLOW.history(item).values_list("transition", "user_id"))
    assert steps == [
        ("enter", cast.clerk.user_id),
        ("submit", cast.manager.user_id),
        ("review", cast.intake.user_id),
        ("approve", cast.approver.user_id),
    ]


def test_what_has_begun_meanwhile_is_not_opened_any_more(cast: Cast) -> None:
    item = drafted(cast)
    submit_class(actor=cast.manager, item=item)
    review_class(actor=cast.intake, item=item)
    with clock.travel_to(item.start + dt.timedelta(days=1)):
        with pytest.raises(DomainError, match="开班日已经过了"):
            approve_class(actor=cast.approver, item=item)
        send_back_class(actor=cast.approver, item=item, comment="错过了开班日，改期再交")
    with clock.travel_to(item.start):
        revise_class(actor=cast.clerk, item=item, fields={"contact_name": "符老师"})
    assert item.filed_on is None


def test_filing_numbers_run_within_a_county_and_year(cast: Cast) -> None:
    numbers = [approved_class(cast, name=f"第{at}期").filing_no for at in (1, 2)]
    elsewhere = make_cast(SANYA)
    other = approved_class(elsewhere, region=elsewhere_region())
    assert numbers == ["460108202600001", "460108202600002"]
    assert other.filing_no == "460200202600001"


def elsewhere_region() -> object:
    return make_organization("employer", SANYA).region


def test_each_step_has_a_day_by_which_it_is_due(cast: Cast) -> None:
    item = drafted(cast)
    submit_class(actor=cast.manager, item=item)
    due = CLASS_WORKFLOW.history(item).get(transition="submit").due_on
    assert due == dt.date(2026, 3, 3)  # five working days after Tuesday 24 February


def test_one_officer_does_not_hold_both_hands(cast: Cast) -> None:
    item = drafted(cast)
    submit_class(actor=cast.manager, item=item)
    review_class(actor=cast.intake, item=item)
    both = make_actor("approver", organization=_office_of(cast), user=_user_of(cast))
    with pytest.raises(NotAllowed, match="换一个人"):
        approve_class(actor=both, item=item)


class TestTheInstitutionIsTold:
    def told(self, actor: Actor) -> list[tuple[str, str]]:
        found = Message.objects.filter(user_id=actor.user_id).order_by("pk")
        return [(message.title, message.body) for message in found]

    def test_of_the_approval_with_number_last_day_and_the_officers_words(self, cast: Cast) -> None:
        item = drafted(cast)
        submit_class(actor=cast.manager, item=item)
        review_class(actor=cast.intake, item=item)
        assert self.told(cast.clerk) == []
        approve_class(actor=cast.approver, item=item, comment="名单早点交")
        title, body = self.told(cast.clerk)[0]
        assert title == "批准开班了"
        for part in (item.name, item.filing_no, str(item.start), "名单早点交"):
            assert part in body
        assert self.told(cast.manager) == self.told(cast.clerk)
        assert self.told(cast.intake) == []
        message = Message.objects.filter(user_id=cast.clerk.user_id).get()
        assert str(item.public_id) in message.url

    def test_of_what_is_sent_back_by_either_hand(self, cast: Cast) -> None:
        item = drafted(cast)
        submit_class(actor=cast.manager, item=item)
        send_back_class(actor=cast.intake, item=item, comment="补教室号")
        submit_class(actor=cast.manager, item=item)
        review_class(actor=cast.intake, item=item)
        send_back_class(actor=cast.approver, item=item, comment="课时太满")
        assert [title for title, _ in self.told(cast.clerk)] == ["开班申请退回来了"] * 2
        assert [
            why in body for (_, body), why in zip(self.told(cast.clerk), ("补教室号", "课时太满"), strict=True)
        ] == [
            True,
            True,
        ]

    def test_not_who_has_left_nor_another_institution(self, cast: Cast) -> None:
        stranger = make_actor("provider_clerk", organization=make_organization("training_institution"))
        with unit_of_work(SYSTEM):
            Membership.objects.filter(user_id=cast.clerk.user_id).update(ended_on=FILED)
        item = drafted(cast)
        submit_class(actor=cast.manager, item=item)
        send_back_class(actor=cast.intake, item=item, comment="补教室号")
        assert self.told(cast.clerk) == self.told(stranger) == []
        assert len(self.told(cast.manager)) == 1

    def test_nothing_where_the_step_was_refused(self, cast: Cast) -> None:
        item = drafted(cast)
        submit_class(actor=cast.manager, item=item)
        with pytest.raises(DomainError):
            approve_class(actor=cast.approver, item=item)
        assert self.told(cast.manager) == []


def _office_of(cast: Cast) -> object:
    from qihang.registry.organizations.models import Organization

    return Organization.objects.get(pk=cast.intake.organization_id)


def _user_of(cast: Cast) -> object:
    from qihang.foundation.accounts.models import User

    return User.objects.get(pk=cast.intake.user_id)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"planned_heads": 51}, "每班最多 50 人"),
        ({"level": "special"}, "请改等级"),
        ({"programme": "startup", "module": "SYB", "occupation": None, "level": "none"}, "还没有编号规则"),
        ({"hours": 200}, "排不进 19 天"),
        ({"start": dt.date(2026, 3, 2)}, "最早 2026-03-03 开班"),
    ],
)
def test_what_the_rules_do_not_allow_is_not_handed_in(cast: Cast, changes: dict[str, object], words: str) -> None:
    item = drafted(cast, **changes)
    with pytest.raises(DomainError, match=words):
        submit_class(actor=cast.manager, item=item)
    item.refresh_from_db()
    assert item.state == "draft"


def test_the_officers_own_days_do_not_make_the_application_late(cast: Cast) -> None:
    item = drafted(cast, start=dt.date(2026, 3, 3))
    submit_class(actor=cast.manager, item=item)
    with clock.travel_to(FILED + dt.timedelta(days=3)):
        review_class(actor=cast.intake, item=item)
        approve_class(actor=cast.approver, item=item)
    assert item.state == "approved"


def test_a_suspended_institution_opens_nothing(cast: Cast) -> None:
    from qihang.registry.organizations.models import Organization
    from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW

    item = drafted(cast)
    school = Organization.objects.get(pk=cast.manager.organization_id)
    ORGANIZATION_WORKFLOW.apply(school, "suspend", actor=SYSTEM, comment="整改")
    with pytest.raises(DomainError, match="现在不能开班"):
        submit_class(actor=cast.manager, item=item)


def test_sent_back_with_what_to_mend_it_is_mended_and_comes_again(cast: Cast) -> None:
    item = drafted(cast)
    submit_class(actor=cast.manager, item=item)
    with pytest.raises(DomainError, match="写明原因"):
        send_back_class(actor=cast.intake, item=item, comment="  ")
    send_back_class(actor=cast.intake, item=item, comment="地点写到门牌")
    revise_class(actor=cast.clerk, item=item, fields={"place": "海府路 1 号 3 楼"})
    item.refresh_from_db()
    submit_class(actor=cast.manager, item=item)
    assert (item.state, item.place) == ("submitted", "海府路 1 号 3 楼")


def test_the_approver_sends_back_too(cast: Cast) -> None:
    item = drafted(cast)
    submit_class(actor=cast.manager, item=item)
    review_class(actor=cast.intake, item=item)
    send_back_class(actor=cast.approver, item=item, comment="人数和场地不符")
    assert item.state == "returned"


def test_with_the_officers_it_is_not_changed(cast: Cast) -> None:
    item = drafted(cast)
    submit_class(actor=cast.manager, item=item)
    with pytest.raises(DomainError, match="先让县里退回"):
        revise_class(actor=cast.clerk, item=item, fields={"place": "别处"})


def test_a_form_sent_twice_is_one_application_and_another_schools_is_nobodys(cast: Cast) -> None:
    form = uuid.uuid4()
    first = draft_class(actor=cast.clerk, fields=class_fields(), public_id=form)
    assert draft_class(actor=cast.manager, fields=class_fields(name="别的"), public_id=form) == first
    with pytest.raises(DomainError, match="重新打开开班申请"):
        draft_class(actor=make_actor("provider_clerk"), fields=class_fields(), public_id=form)
    assert TrainingClass.objects.get().name == first.name


def test_an_application_knows_no_other_fields(cast: Cast) -> None:
    with pytest.raises(DomainError, match="filing_no"):
        drafted(cast, filing_no="1")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"end": START - dt.timedelta(days=1)}, "class_dates_in_order"),
        ({"hours": 0}, "class_has_hours_and_heads"),
        ({"kind": "order"}, "order_class_names_its_employer"),
        ({"occupation": None}, "class_is_of_an_occupation_or_a_module"),
        ({"appraisal_on": START - dt.timedelta(days=1)}, "class_appraised_after_its_start"),
    ],
)
def test_what_a_class_is_stands_in_the_service_and_in_the_database(
    cast: Cast, changes: dict[str, object], constraint: str
) -> None:
    with pytest.raises(DomainError) as refused:
        drafted(cast, **changes)
    assert refused.value.code == constraint and refused.value.field
    item = TrainingClass(organization_id=cast.clerk.organization_id, **class_fields(**changes))
    with pytest.raises(IntegrityError, match=constraint), unit_of_work(cast.clerk):
        item.save()


def test_people_in_it_are_not_cancelled_over_their_heads(cast: Cast) -> None:
    item = approved_class(cast)
    place_in(item)
    with pytest.raises(DomainError, match="还有 1 人"):
        cancel_class(actor=cast.manager, item=item, comment="招不满")
    empty = approved_class(cast, name="空班")
    cancel_class(actor=cast.manager, item=empty, comment="招不满")
    assert empty.state == "cancelled"


def test_the_clerk_drafts_and_the_manager_hands_in(cast: Cast) -> None:
    item = drafted(cast)
    with pytest.raises(NotAllowed, match="培训机构负责人"):
        submit_class(actor=cast.clerk, item=item)


def test_officers_see_it_once_it_is_handed_in_and_only_at_home(cast: Cast) -> None:
    item = drafted(cast)
    public = str(item.public_id)
    with pytest.raises(NotFound):
        get_class(actor=cast.intake, public_id=public)
    submit_class(actor=cast.manager, item=item)
    assert get_class(actor=cast.intake, public_id=public) == item
    with pytest.raises(NotFound, match="没有这个班"):
        get_class(actor=cast.intake, public_id="家政班")
    for stranger in (make_actor("intake_officer", region=SANYA), make_actor("provider_manager")):
        with pytest.raises(NotFound):
            get_class(actor=stranger, public_id=public)


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.SYSTEM_ADMIN, Role.EMPLOYER_USER, Role.STATION_CLERK])
def test_others_see_no_class(cast: Cast, role: Role) -> None:
    approved_class(cast)
    if role == Role.PARTICIPANT:
        from qihang.foundation.core.actors import Actor

        actor = Actor(role=role, person_id=1, user_id=1)
    else:
        actor = make_actor(role)
    assert not TrainingClass.objects.visible_to(actor).exists()
