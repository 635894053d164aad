"""The one function that makes transitions, shown on organisations (active, suspended, closed)."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.factories import LONGHUA, MEILAN, SYSTEM, make_actor, make_organization

from qihang.foundation.core import clock, workflow
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotAllowed, NotFound
from qihang.foundation.core.models import AuditEntry, TransitionLog
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import ENTER, Refused, Transition, Workflow, all_workflows, workflow_for
from qihang.registry.organizations.models import Organization
from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW

pytestmark = pytest.mark.django_db


def admin() -> Actor:
    return make_actor(Role.SYSTEM_ADMIN)


def test_a_transition_writes_the_state_and_says_who_when_and_why() -> None:
    organization, actor = make_organization(), admin()
    with clock.travel_to(clock.today()):
        ORGANIZATION_WORKFLOW.apply(organization, "suspend", actor=actor, comment=" 消防整改 ")
        moment = clock.now()
    assert Organization.objects.get(pk=organization.pk).state == organization.state == "suspended"
    entered, suspended = ORGANIZATION_WORKFLOW.history(organization)
    assert (entered.source, entered.target, entered.transition) == ("", "active", "enter")
    assert (suspended.source, suspended.target, suspended.comment) == ("active", "suspended", "消防整改")
    assert (suspended.user_id, suspended.role, suspended.at) == (actor.user_id, Role.SYSTEM_ADMIN, moment)
    assert AuditEntry.objects.filter(table_name="organizations_organization", operation="U").count() == 1


@pytest.mark.parametrize("state", ["active", "suspended", "closed"])
@pytest.mark.parametrize("name", ["suspend", "resume", "close"])
def test_every_state_and_transition(state: str, name: str) -> None:
    """The whole matrix: a transition is made from its sources and refused from everywhere else, leaving no trace."""
    organization = make_organization()
    for step in {"active": [], "suspended": ["suspend"], "closed": ["close"]}[state]:
        ORGANIZATION_WORKFLOW.apply(organization, step, actor=SYSTEM, comment="准备")
    before = ORGANIZATION_WORKFLOW.history(organization).count()
    step = ORGANIZATION_WORKFLOW.transition(name)
    if state in step.sources:
        assert ORGANIZATION_WORKFLOW.apply(organization, name, actor=SYSTEM, comment="试").state == step.target
    else:
        with pytest.raises(Refused):
            ORGANIZATION_WORKFLOW.apply(organization, name, actor=SYSTEM, comment="试")
        assert Organization.objects.get(pk=organization.pk).state == state
        assert ORGANIZATION_WORKFLOW.history(organization).count() == before


def test_the_wrong_role_is_told_whose_job_it_is() -> None:
    clerk = make_actor(Role.PROVIDER_CLERK)
    with pytest.raises(NotAllowed, match="系统管理员"):
        ORGANIZATION_WORKFLOW.apply(
            Organization.objects.get(pk=clerk.organization_id), "suspend", actor=clerk, comment="试"
        )


def test_a_missing_comment_is_asked_for() -> None:
    with pytest.raises(Refused) as refusal:
        ORGANIZATION_WORKFLOW.apply(make_organization(), "suspend", actor=SYSTEM, comment="  ")
    assert refusal.value.field == "comment"


def test_a_stale_copy_is_judged_by_the_row_in_the_database() -> None:
    organization = make_organization()
    stale = Organization.objects.get(pk=organization.pk)
    ORGANIZATION_WORKFLOW.apply(organization, "close", actor=SYSTEM, comment="停办")
    with pytest.raises(Refused, match="注销"):
        ORGANIZATION_WORKFLOW.apply(stale, "suspend", actor=SYSTEM, comment="晚了")


def test_fields_go_with_the_transition_or_not_at_all() -> None:
    organization = make_organization()
    ORGANIZATION_WORKFLOW.apply(organization, "suspend", actor=SYSTEM, comment="搬家", fields={"address": "新址"})
    assert Organization.objects.get(pk=organization.pk).address == "新址"
    with pytest.raises(Refused):
        ORGANIZATION_WORKFLOW.apply(organization, "suspend", actor=SYSTEM, comment="再来", fields={"address": "别处"})
    assert Organization.objects.get(pk=organization.pk).address == "新址"


@pytest.fixture
def officers_workflow() -> Workflow[Organization]:
    """The same states in the hands of officers: scope by region, and a second step that needs another person."""
    before = workflow_for(Organization)
    made = Workflow(
        model=Organization,
        initial="active",
        enter_label="登记",
        enter_roles=(Role.INTAKE_OFFICER,),
        transitions=(
            Transition("suspend", "暂停", ("active",), "suspended", (Role.INTAKE_OFFICER, Role.APPROVER)),
            Transition(
                "close",
                "注销",
                ("suspended",),
                "closed",
                (Role.INTAKE_OFFICER, Role.APPROVER),
                guards=(lambda row, actor: "地址没填" if not row.address else None,),
                needs=("contact_name",),
                different_hands_from=("suspend",),
            ),
        ),
    )
    yield made
    workflow._registry[made.subject] = before


def test_outside_the_scope_a_thing_does_not_exist(officers_workflow: Workflow[Organization]) -> None:
    organization = make_organization(region=LONGHUA)
    stranger = make_actor(Role.INTAKE_OFFICER, region=MEILAN)
    with pytest.raises(NotFound):
        officers_workflow.apply(organization, "suspend", actor=stranger)


def test_entering_outside_the_scope_saves_nothing(officers_workflow: Workflow[Organization]) -> None:
    stranger = make_actor(Role.INTAKE_OFFICER, region=MEILAN)
    make_organization(region=LONGHUA)
    with pytest.raises(NotAllowed):
        officers_workflow.enter(Organization(kind="employer", name="远处", region_id=LONGHUA), actor=stranger)
    assert not Organization.objects.filter(name="远处").exists()


def test_a_second_pair_of_hands(officers_workflow: Workflow[Organization]) -> None:
    organization = make_organization(address="路 1 号", contact_name="王")
    first, second = (make_actor(Role.INTAKE_OFFICER) for _ in range(2))
    officers_workflow.apply(organization, "suspend", actor=first)
    assert [step.name for step in officers_workflow.available(organization, second)] == ["close"]
    assert officers_workflow.available(organization, first) == []
    with pytest.raises(NotAllowed, match="换一个人"):
        officers_workflow.apply(organization, "close", actor=first)
    assert officers_workflow.apply(organization, "close", actor=second).state == "closed"


def test_guards_and_needed_fields_speak(officers_workflow: Workflow[Organization]) -> None:
    organization = make_organization()
    officers_workflow.apply(organization, "suspend", actor=make_actor(Role.INTAKE_OFFICER))
    approver = make_actor(Role.APPROVER)
    with pytest.raises(Refused, match="地址没填"):
        officers_workflow.apply(organization, "close", actor=approver)
    with pytest.raises(Refused, match="联系人"):
        officers_workflow.apply(organization, "close", actor=approver, fields={"address": "路 2 号"})
    assert Organization.objects.get(pk=organization.pk).address == ""


def test_the_bulk_twin_moves_who_may_and_returns_the_rest(officers_workflow: Workflow[Organization]) -> None:
    mine = [make_organization(address="有", contact_name="王") for _ in range(3)]
    bare, far = make_organization(), make_organization(region=LONGHUA, address="有", contact_name="王")
    first, second = make_actor(Role.INTAKE_OFFICER), make_actor(Role.APPROVER)
    for one in [*mine, bare]:
        officers_workflow.apply(one, "suspend", actor=second if one is mine[0] else first)
    outcome = officers_workflow.apply_many([one.pk for one in [*mine, bare, far]], "close", actor=second, comment="批")
    assert outcome.done == [mine[1].pk, mine[2].pk]
    assert set(outcome.refused) == {mine[0].pk, bare.pk, far.pk}
    assert outcome.refused[bare.pk] == "地址没填"
    assert TransitionLog.objects.filter(transition="close", comment="批").count() == 2


def test_the_bulk_twin_writes_each_rows_own_fields() -> None:
    rows = [make_organization() for _ in range(3)]
    ORGANIZATION_WORKFLOW.apply_many(
        Organization.objects.filter(pk__in=[row.pk for row in rows]),
        "suspend",
        actor=SYSTEM,
        comment="成批",
        fields_by_id={rows[1].pk: {"address": "只有它"}},
    )
    assert list(Organization.objects.order_by("pk").values_list("address", "state"))[-3:] == [
        ("", "suspended"),
        ("只有它", "suspended"),
        ("", "suspended"),
    ]


def test_every_workflow_is_whole() -> None:
    for one in all_workflows():
        states = {str(value) for value, _ in one.model._meta.get_field(one.field).flatchoices}
        assert one.initial in states
        for step in one.transitions:
            assert {step.target, *step.sources} <= states, (one.subject, step.name)
            assert step.roles, f"{one.subject}.{step.name} is nobody's"
            assert set(step.different_hands_from) <= {ENTER, *(other.name for other in one.transitions)}


def test_a_guard_of_many_is_asked_once_and_holds_back_only_its_rows(officers_workflow: Workflow[Organization]) -> None:
    asked: list[int] = []

    def not_the_first(rows: Sequence[Organization], actor: Actor) -> dict[int, str]:
        asked.append(len(rows))
        return {min(row.pk for row in rows): "这一家要另一个人来办"} if len(rows) > 1 or rows[0].pk == first.pk else {}

    first, second, third = (make_organization() for _ in range(3))
    step = replace(officers_workflow.transition("suspend"), bulk_guards=(not_the_first,))
    officers_workflow._by_name["suspend"] = step
    officers_workflow.transitions = (step, *officers_workflow.transitions[1:])
    officer = make_actor(Role.INTAKE_OFFICER)
    outcome = officers_workflow.apply_many([first.pk, second.pk, third.pk], "suspend", actor=officer)
    assert (outcome.done, outcome.refused) == ([second.pk, third.pk], {first.pk: "这一家要另一个人来办"})
    assert asked == [3]
    with pytest.raises(Refused, match="另一个人"):
        officers_workflow.apply(first, "suspend", actor=officer)
    assert officers_workflow.possible(first, officer) == []
    assert [one.name for one in officers_workflow.possible(make_organization(), officer)] == ["suspend"]
