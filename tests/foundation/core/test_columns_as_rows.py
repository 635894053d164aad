"""What goes in by columns is what goes in row by row, for any text that somebody may write."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories import MEILAN, SYSTEM, make_actor, make_organization, make_region

from qihang.foundation.core.chronicle import Chronicle
from qihang.foundation.core.copying import insert_frame, reserve_ids, update_objects
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.models import Organization
from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW
from qihang.registry.participants.models import Person
from qihang.registry.participants.workflows import PERSON_WORKFLOW

pytestmark = pytest.mark.django_db

# Anything but the one character that PostgreSQL keeps in no text; more often what COPY reads as something else.
_TEXT = st.one_of(
    st.sampled_from(["", "\\N", "\\.", '"', "'", "\\", ",", "\n", "\r\n", "\t", "NULL", " x ", '"\\N"']),
    st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12),
)
_EASY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def person(**fields: Any) -> dict[str, Any]:
    fixed = {"identity_no": "460108198203154249", "sex": "female", "birth_date": dt.date(1982, 3, 15)}
    return fixed | {"state": "active"} | fields


@_EASY
@given(name=_TEXT, phone=st.none() | _TEXT, education=_TEXT)
def test_a_frame_stores_what_saving_does(name: str, phone: str | None, education: str) -> None:
    fields = person(name=name, phone=phone, education=education)
    with transaction.atomic():
        with unit_of_work(SYSTEM):
            saved = Person(**fields)
            saved.save()
            kept = stored(saved.pk)
            saved.delete()
            (pk,) = insert_frame(Person, pl.DataFrame([fields], schema_overrides={"phone": pl.String}))
        assert stored(pk) == kept
        transaction.set_rollback(True)


def stored(pk: int) -> tuple[Any, ...]:
    row = Person.objects.get(pk=pk)
    index = [None if one is None else bytes(one) for one in (row.name_index, row.phone_index, row.identity_index)]
    phone = None if row.phone is None else row.phone.plain()
    return row.name.plain(), phone, row.education, row.birth_date, *index


@_EASY
@given(said=st.lists(_TEXT, min_size=2, max_size=4), address=_TEXT)
def test_many_steps_at_once_leave_the_trail_of_single_ones(said: list[str], address: str) -> None:
    with transaction.atomic():
        actor = make_actor(Role.SYSTEM_ADMIN)
        places = [make_organization() for _ in said]
        single = trail_of(places, actor, said, address, one_by_one=True)
        assert trail_of(places, actor, said, address, one_by_one=False) == single
        transaction.set_rollback(True)


def trail_of(places: list[Any], actor: Any, said: list[str], address: str, *, one_by_one: bool) -> list[Any]:
    """What suspending these leaves behind, taken back again."""
    with transaction.atomic():
        if one_by_one:
            for place, comment in zip(places, said, strict=True):
                fields = {"address": address}
                try:
                    ORGANIZATION_WORKFLOW.apply(place, "suspend", actor=actor, comment=comment, fields=fields)
                except DomainError as refused:
                    assert refused.code == "comment" and not comment.strip()
        else:
            ORGANIZATION_WORKFLOW.apply_many(
                [place.pk for place in places],
                "suspend",
                actor=actor,
                comments_by_id=dict(zip((place.pk for place in places), said, strict=True)),
                fields_by_id={place.pk: {"address": address} for place in places},
            )
        ids = [place.pk for place in places]
        rows = list(Organization.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "state", "address"))
        logs = TransitionLog.objects.filter(
            subject="organizations.organization", subject_id__in=ids, transition="suspend"
        )
        names = [field.attname for field in TransitionLog._meta.concrete_fields if field.attname not in {"id", "at"}]
        left = [*rows, *logs.order_by("subject_id").values_list(*names)]
        transaction.set_rollback(True)
    return left


@_EASY
@given(comment=_TEXT, address=_TEXT)
def test_a_chronicle_leaves_it_too(comment: str, address: str) -> None:
    with transaction.atomic():
        actor, chronicle = make_actor(Role.SYSTEM_ADMIN), Chronicle()
        unit = chronicle.unit(actor, dt.date(2026, 3, 2))
        (pk,) = reserve_ids(Organization, 1)
        frame = pl.DataFrame(
            {
                "unit": [unit],
                "id": [pk],
                "kind": ["training_institution"],
                "region_id": [MEILAN],
                "name": ["学校"],
                "address": [address],
                "comment": [comment],
            }
        )
        chronicle.enter(ORGANIZATION_WORKFLOW, frame)
        chronicle.write()
        log = TransitionLog.objects.get(subject="organizations.organization", subject_id=pk)
        assert (Organization.objects.get(pk=pk).address, log.comment) == (address, comment.strip())
        transaction.set_rollback(True)


@pytest.mark.parametrize("comments", [["好", None], ["好", " \u3000"]])
def test_a_step_that_asks_for_a_reason_takes_no_silence_for_one(comments: list[str | None]) -> None:
    actor, chronicle = make_actor(Role.SYSTEM_ADMIN), Chronicle()
    ids = [make_organization().pk for _ in comments]
    unit = chronicle.unit(actor, dt.date(2026, 3, 2))
    frame = pl.DataFrame({"unit": [unit] * 2, "id": ids, "comment": comments})
    with pytest.raises(DomainError, match="写明原因"):
        chronicle.move(ORGANIZATION_WORKFLOW, "suspend", frame, source="active")


def test_a_comment_that_nobody_made_is_an_empty_one() -> None:
    make_region(MEILAN)
    chronicle = Chronicle()
    unit = chronicle.unit(SYSTEM, dt.date(2026, 3, 2))
    (pk,) = reserve_ids(Person, 1)
    fields = person(unit=unit, id=pk, name="符一", comment=None)
    chronicle.enter(PERSON_WORKFLOW, pl.DataFrame([fields], schema_overrides={"comment": pl.String}))
    chronicle.write()
    assert PERSON_WORKFLOW.history(Person.objects.get(pk=pk)).get().comment == ""


class TestManyAtOnce:
    def test_what_the_actor_does_not_see_is_among_the_refused(self) -> None:
        school, other = make_organization(), make_organization()
        clerk = make_actor(Role.SYSTEM_ADMIN)
        gone = other.pk + 1_000_000
        outcome = ORGANIZATION_WORKFLOW.apply_many([school.pk, gone], "suspend", actor=clerk, comment="整改")
        assert outcome.done == [school.pk]
        assert outcome.refused == {gone: "没有这一条，或者不归您的辖区"}

    def test_nothing_is_no_statement(self) -> None:
        assert ORGANIZATION_WORKFLOW.apply_many([], "suspend", actor=SYSTEM, comment="整改").done == []
        assert update_objects([], ["address"]) == 0

    def test_one_named_twice_moves_once(self) -> None:
        school = make_organization()
        outcome = ORGANIZATION_WORKFLOW.apply_many([school.pk] * 2, "suspend", actor=SYSTEM, comment="整改")
        assert (outcome.done, outcome.refused) == ([school.pk], {})
        assert ORGANIZATION_WORKFLOW.history(school).filter(transition="suspend").count() == 1
