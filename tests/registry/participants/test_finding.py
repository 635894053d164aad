"""Looking somebody up: within sight alone, in any writing of a number, and written down for the person to read."""

import pytest
from tests.delivery.builders import make_person
from tests.factories import HAIKOU, LONGHUA, MEILAN, SANYA, make_actor, make_region
from tests.identities import resident

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants import finding
from qihang.registry.participants.finding import find_by_identity, find_by_name
from qihang.registry.participants.merging import merge_persons
from qihang.registry.participants.models import Person

pytestmark = pytest.mark.django_db
# The last character says that another one is wrong.
SLIP = resident()[:17] + ("1" if resident()[17] != "1" else "2")


@pytest.fixture
def officer() -> Actor:
    return make_actor(Role.INTAKE_OFFICER)


def looked_at() -> list[tuple[int, str]]:
    return list(RevealLog.objects.order_by("pk").values_list("subject_id", "field"))


class TestByNumber:
    @pytest.mark.parametrize("write", [str, lambda text: f" {text[:6]} {text[6:]}", lambda text: text.lower()])
    def test_however_it_is_written(self, officer: Actor, write: object) -> None:
        person = make_person()
        assert callable(write)
        assert find_by_identity(actor=officer, text=write(person.identity_no.plain())) == person
        assert looked_at() == [(person.pk, "identity_no")]

    def test_the_number_of_a_merged_record_shows_whom_it_became(self, officer: Actor) -> None:
        keep, drop = make_person(), make_person()
        merge_persons(actor=officer, keep=keep, drop=drop, reason="同一人")
        assert find_by_identity(actor=officer, text=drop.identity_no.plain()) == keep
        assert looked_at() == [(keep.pk, "identity_no")], "the look is with the record that the person sees"

    @pytest.mark.parametrize(("text", "words"), [("", "没"), ("46010819780512", "位数不对"), (SLIP, "请")])
    def test_a_slip_is_told_at_the_field_and_nothing_is_looked_up(self, officer: Actor, text: str, words: str) -> None:
        with pytest.raises(DomainError, match=words) as told:
            find_by_identity(actor=officer, text=text)
        assert told.value.field == "identity"
        assert looked_at() == []

    def test_out_of_sight_is_as_if_there_were_nobody(self, officer: Actor) -> None:
        make_region(SANYA)
        far = make_person(hukou_region=SANYA)
        with pytest.raises(NotFound, match="没有这个人"):
            find_by_identity(actor=officer, text=far.identity_no.plain())
        assert looked_at() == []


class TestByName:
    def test_all_of_exactly_that_name_and_each_look_is_kept(self, officer: Actor) -> None:
        older, younger = make_person("1970-01-01", name="王小燕"), make_person("1990-01-01", name="王小燕")
        make_person(name="王小")
        assert find_by_name(actor=officer, name="王小燕", region=MEILAN) == [older, younger]
        assert looked_at() == [(older.pk, "name"), (younger.pk, "name")]

    def test_a_city_narrows_to_one_of_its_districts_by_either_place(self) -> None:
        for code in (LONGHUA, MEILAN):
            make_region(code)
        city = make_actor(Role.INTAKE_OFFICER, region=HAIKOU)
        registered, lives, elsewhere = (
            make_person(name="王小燕", hukou_region=code) for code in (MEILAN, LONGHUA, LONGHUA)
        )
        with unit_of_work(city):
            Person.objects.filter(pk=lives.pk).update(residence_region=MEILAN)
        found = find_by_name(actor=city, name="王小燕", region=MEILAN)
        assert {one.pk for one in found} == {registered.pk, lives.pk}
        assert {one.pk for one in find_by_name(actor=city, name="王小燕", region=HAIKOU)} == {
            registered.pk,
            lives.pk,
            elsewhere.pk,
        }

    def test_a_place_beyond_the_own_shows_nobody_more(self, officer: Actor) -> None:
        make_region(SANYA)
        make_person(name="王小燕", hukou_region=SANYA)
        assert find_by_name(actor=officer, name="王小燕", region=SANYA) == []
        assert looked_at() == []

    def test_a_merged_record_is_not_shown_beside_the_one_it_became(self, officer: Actor) -> None:
        keep, drop = make_person(name="王小燕"), make_person(name="王小燕")
        merge_persons(actor=officer, keep=keep, drop=drop, reason="同一人")
        assert find_by_name(actor=officer, name="王小燕", region=MEILAN) == [keep]

    def test_at_the_limit_they_are_shown_and_beyond_it_nobody_is_looked_at(
        self, officer: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(finding, "MOST", 2)
        for _ in range(2):
            make_person(name="王小燕")
        assert len(find_by_name(actor=officer, name="王小燕", region=MEILAN)) == 2
        before = looked_at()
        make_person(name="王小燕")
        with pytest.raises(DomainError, match="改用身份证号") as told:
            find_by_name(actor=officer, name="王小燕", region=MEILAN)
        assert told.value.field == "name" and looked_at() == before
