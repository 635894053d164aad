"""Two officers at one pair of records in the same moment: one proposal, one decision, one record left."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.concurrency.test_places import _IN_VAIN, _SURELY, Work, at_once, cast, meet  # noqa: F401
from tests.delivery.builders import make_person
from tests.delivery.conftest import _own_storage  # noqa: F401
from tests.factories import make_actor

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.registry.participants import proposals
from qihang.registry.participants.models import MergeProposal, Person
from qihang.registry.participants.proposals import confirm_merge, propose_merge, refuse_merge
from qihang.registry.participants.workflows import MERGE_WORKFLOW, PERSON_WORKFLOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pair(cast: Any) -> Iterator[tuple[Person, Person]]:  # noqa: F811
    yield make_person(), make_person()


def officers(count: int) -> list[Actor]:
    return [make_actor(Role.INTAKE_OFFICER) for _ in range(count)]


class TestTwoPropose:
    """Each takes the other record for the good one."""

    @pytest.fixture
    def works(self, pair: tuple[Person, Person]) -> list[Work]:
        return [
            lambda actor=actor, sides=sides: propose_merge(actor=actor, keep=sides[0], drop=sides[1], reason="同一人")
            for actor, sides in zip(officers(2), (pair, pair[::-1]), strict=True)
        ]

    def test_without_the_lock_both_wait_and_each_would_swallow_the_other(
        self,
        works: list[Work],
        meet: Callable[..., None],  # noqa: F811
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(proposals, "one_registration_at_a_time", lambda: None)
        meet(proposals, "_require_free", _SURELY)
        at_once(*works)
        assert MergeProposal.objects.open().count() == 2

    def test_with_it_the_second_is_told(self, works: list[Work], meet: Callable[..., None]) -> None:  # noqa: F811
        meet(proposals, "_require_free", _IN_VAIN)
        outcomes = at_once(*works)
        assert MergeProposal.objects.count() == 1
        (told,) = [one for one in outcomes if isinstance(one, DomainError)]
        assert "在等确认" in str(told)


class TestTwoDecide:
    @pytest.mark.parametrize("second", [confirm_merge, refuse_merge])
    def test_one_decision_stands(self, pair: tuple[Person, Person], second: Any) -> None:
        maker, *others = officers(3)
        proposal = propose_merge(actor=maker, keep=pair[0], drop=pair[1], reason="同一人")
        works = [
            lambda act=act, actor=actor: act(
                actor=actor, proposal=MergeProposal.objects.get(pk=proposal.pk), comment="看了"
            )
            for act, actor in zip((confirm_merge, second), others, strict=True)
        ]
        outcomes = at_once(*works)
        assert sum(isinstance(one, DomainError) for one in outcomes) == 1
        assert MERGE_WORKFLOW.history(proposal).count() == 2
        merged = PERSON_WORKFLOW.history(pair[1]).filter(transition="merge").count()
        state = MergeProposal.objects.get(pk=proposal.pk).state
        assert merged == (state == "done"), "merged where it was confirmed, and only there"

    def test_two_merges_into_one_record_both_come_about(self, pair: tuple[Person, Person]) -> None:
        keep, third = pair[0], make_person()
        maker, *others = officers(3)
        made = [propose_merge(actor=maker, keep=keep, drop=drop, reason="同一人") for drop in (pair[1], third)]
        outcomes = at_once(
            *(
                lambda one=one, actor=actor: confirm_merge(actor=actor, proposal=one, comment="看了")
                for one, actor in zip(made, others, strict=True)
            )
        )
        assert not [one for one in outcomes if isinstance(one, Exception)]
        assert set(keep.aliases.all()) == {pair[1], third}
