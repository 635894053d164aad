"""Codes from the counter: who issues them, what they open, and how often. A stand-in keeps the register of people."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from tests.factories import SYSTEM
from tests.foundation.accounts.doors import CLIENT, PASSWORD, make_account

from qihang.foundation.accounts import ports
from qihang.foundation.accounts.errors import Expired, Inactive, Locked, Wrong
from qihang.foundation.accounts.models import EntryCode, User
from qihang.foundation.accounts.services import entry_codes
from qihang.foundation.accounts.services.sign_in import check_password
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.models import AuditEntry
from qihang.foundation.core.ports import Port
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work

pytestmark = pytest.mark.django_db

OFFICER = Actor(user_id=9, user_label="符晓", role=Role.INTAKE_OFFICER, region="460108")
PERSON = 77


@dataclass
class Desk:
    """A register with one person."""

    accounts: dict[int, int] = field(default_factory=dict)
    entered: list[tuple[int, int, str]] = field(default_factory=list)

    def name_of(self, subject_id: int) -> str:
        if subject_id != PERSON:
            raise NotFound("没有这个人")
        return "王秀兰"

    def account_of(self, subject_id: int) -> int | None:
        return self.accounts.get(subject_id)

    def person_of(self, user_id: int) -> int | None:
        return next((person for person, user in self.accounts.items() if user == user_id), None)

    def entry_code_used(self, *, subject_id: int, user: User, actor: Actor) -> None:
        self.accounts[subject_id] = user.pk
        self.entered.append((subject_id, user.pk, actor.user_label))


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    port: Port[ports.PersonDesk] = Port("person_desks")
    stand_in = Desk()
    port.register(ports.PARTICIPANTS, stand_in)
    monkeypatch.setattr(ports, "person_desks", port)
    yield stand_in


def issue() -> str:
    return entry_codes.issue_entry_code(actor=OFFICER, subject_id=PERSON).text


def use(text: str, **fields: str) -> User:
    code = entry_codes.check_entry_code(code=text, client=CLIENT)
    wanted = {"login": "wangxl", "password": PASSWORD, **fields}
    return entry_codes.use_entry_code(code_id=code.pk, client=CLIENT, **wanted)


def test_a_newcomer_gets_an_account_in_their_own_name(desk: Desk) -> None:
    user = use(issue())
    assert (user.login, user.name) == ("wangxl", "王秀兰")
    assert desk.entered == [(PERSON, user.pk, "王秀兰")]
    assert check_password(identifier="wangxl", password=PASSWORD, client=CLIENT) == user
    assert EntryCode.objects.get().used_by == user


def test_somebody_with_an_account_keeps_it_and_gets_a_new_password(desk: Desk) -> None:
    known = make_account()
    desk.accounts[PERSON] = known.pk
    code = entry_codes.check_entry_code(code=issue(), client=CLIENT)
    assert entry_codes.newcomer_of(code).account == known
    user = entry_codes.use_entry_code(code_id=code.pk, login="another", password="sanya-chaoxi-77", client=CLIENT)
    assert (user, user.login) == (known, known.login)
    assert check_password(identifier=known.login, password="sanya-chaoxi-77", client=CLIENT) == known


def test_the_printed_digits_come_in_groups_and_are_typed_in_any() -> None:
    text = issue()
    assert [len(part) for part in text.split()] == [3, 3, 4]
    assert entry_codes.check_entry_code(code=text.replace(" ", "-"), client=CLIENT)


def test_a_code_works_once() -> None:
    text = issue()
    use(text)
    with pytest.raises(Wrong):
        entry_codes.check_entry_code(code=text, client=CLIENT)


def test_two_pages_open_with_one_code_make_one_account(desk: Desk) -> None:
    code = entry_codes.check_entry_code(code=issue(), client=CLIENT)
    entry_codes.use_entry_code(code_id=code.pk, login="first", password=PASSWORD, client=CLIENT)
    desk.accounts.clear()
    with pytest.raises(Expired, match="再到窗口"):
        entry_codes.use_entry_code(code_id=code.pk, login="second", password=PASSWORD, client=CLIENT)
    assert not User.objects.filter(login="second").exists()


def test_a_newer_code_withdraws_the_older() -> None:
    old, new = issue(), issue()
    with pytest.raises(Wrong):
        entry_codes.check_entry_code(code=old, client=CLIENT)
    assert entry_codes.check_entry_code(code=new, client=CLIENT)


def test_a_lost_slip_is_withdrawn() -> None:
    text = issue()
    assert entry_codes.revoke_entry_codes(actor=OFFICER, subject_id=PERSON) == 1
    with pytest.raises(Wrong):
        entry_codes.check_entry_code(code=text, client=CLIENT)


def test_a_code_runs_out_also_while_its_page_is_open() -> None:
    code = entry_codes.check_entry_code(code=issue(), client=CLIENT)
    with clock.travel_to(clock.now() + dt.timedelta(hours=73)), pytest.raises(Expired):
        entry_codes.use_entry_code(code_id=code.pk, login="late", password=PASSWORD, client=CLIENT)


@pytest.mark.parametrize("role", [Role.PROVIDER_CLERK, Role.SYSTEM_ADMIN, Role.PARTICIPANT, Role.LEADER])
def test_only_the_counter_issues(role: Role) -> None:
    with pytest.raises(NotAllowed, match="窗口"):
        entry_codes.issue_entry_code(actor=Actor(user_id=1, role=role), subject_id=PERSON)


def test_a_taken_login_or_a_bad_password_leaves_the_code_usable() -> None:
    make_account()
    taken = User.objects.get().login
    text = issue()
    with pytest.raises(DomainError, match="已经有人用") as refusal:
        use(text, login=taken)
    assert refusal.value.field == "login"
    with pytest.raises(DomainError, match="10 位"):
        use(text, password="short")
    assert use(text)


def test_an_account_switched_off_stays_off(desk: Desk) -> None:
    known = make_account()
    with unit_of_work(SYSTEM):
        User.objects.filter(pk=known.pk).update(is_active=False)
    desk.accounts[PERSON] = known.pk
    with pytest.raises(Inactive):
        use(issue())


def test_guessing_from_one_place_locks_it() -> None:
    for _ in range(5):
        with pytest.raises((Wrong, Locked)):
            entry_codes.check_entry_code(code="0000000000", client=CLIENT)
    with pytest.raises(Locked):
        entry_codes.check_entry_code(code=issue(), client=CLIENT)


def test_issuing_is_audited_and_the_digits_are_not_stored() -> None:
    text = issue().replace(" ", "")
    entry = AuditEntry.objects.filter(table_name="accounts_entrycode").select_related("context").get()
    assert entry.context.actor["user_label"] == "符晓"
    assert text not in str(entry.after)


def test_without_a_register_there_is_no_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "person_desks", Port("person_desks"))
    assert ports.person_of(1) is None
    with pytest.raises(LookupError):
        ports.person_desk()
