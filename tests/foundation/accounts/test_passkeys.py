"""Passkeys from end to end with a device in software, and every way in which an answer may not hold."""

import uuid
from typing import Any

import pytest
from tests.factories import SYSTEM
from tests.foundation.accounts.authenticator import Device
from tests.foundation.accounts.doors import CLIENT, make_account

from qihang.foundation.accounts.actors import owner_of
from qihang.foundation.accounts.enums import Method
from qihang.foundation.accounts.errors import Inactive, Locked
from qihang.foundation.accounts.models import Passkey, PasskeyUse, RecoveryCode, SignInLog, User
from qihang.foundation.accounts.services import passkeys
from qihang.foundation.accounts.services.factors import factors_of
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.notifications.models import Message

pytestmark = pytest.mark.django_db

SITE = passkeys.Site("https://qihang.example", "启航")


def register(
    user: User, device: Device, name: str = "我的手机", site: passkeys.Site = SITE
) -> tuple[Passkey, list[str]]:
    options, state = passkeys.begin_registration(user=user, site=site)
    return passkeys.finish_registration(
        actor=owner_of(user), user=user, site=site, state=state, answer=device.create(options), name=name
    )


def prove(device: Device, user: User | None = None, **changes: Any) -> User:
    options, state = passkeys.begin_proof(site=SITE, user=user)
    answer = {**device.get(options), **changes}
    return passkeys.finish_proof(site=SITE, state=state, answer=answer, client=CLIENT, user=user)


def test_a_registered_device_opens_its_account_without_a_name() -> None:
    user, device = make_account(), Device()
    passkey, codes = register(user, device)
    assert (passkey.name, passkey.transports, len(codes)) == ("我的手机", ["internal"], 10)
    assert prove(device) == user
    assert PasskeyUse.objects.get(passkey=passkey).used_at is not None
    assert factors_of(user) == {Method.PASSKEY, Method.RECOVERY_CODE}


def test_it_is_a_second_step_too_also_without_checking_the_person() -> None:
    user, device = make_account(), Device()
    register(user, device)
    device.verifies = False
    assert prove(device, user) == user


def test_alone_it_must_have_checked_the_person() -> None:
    user, device = make_account(), Device()
    register(user, device)
    device.verifies = False
    with pytest.raises(DomainError, match="没对上"):
        prove(device)


def test_a_device_that_does_not_check_the_person_is_not_registered() -> None:
    with pytest.raises(DomainError, match="没有建成"):
        register(make_account(), Device(verifies=False))


def test_another_persons_device_is_no_second_step() -> None:
    device = Device()
    register(make_account(), device)
    user = make_account()
    register(user, Device())
    with pytest.raises(DomainError, match="没对上"):
        prove(device, user)


def test_a_stranger_device_opens_nothing_and_is_logged() -> None:
    with pytest.raises(DomainError, match="没对上"):
        prove(Device())
    assert SignInLog.objects.get().outcome == "wrong"


def test_an_answer_to_another_challenge_is_refused() -> None:
    user, device = make_account(), Device()
    register(user, device)
    options, _ = passkeys.begin_proof(site=SITE)
    _, other_state = passkeys.begin_proof(site=SITE)
    with pytest.raises(DomainError):
        passkeys.finish_proof(site=SITE, state=other_state, answer=device.get(options), client=CLIENT)


@pytest.mark.parametrize(
    "origin", ["https://qihang.example.evil.example", "http://qihang.example", "https://x.qihang.example"]
)
def test_a_page_elsewhere_cannot_use_the_answer(origin: str) -> None:
    user, device = make_account(), Device()
    register(user, device)
    device.origin = origin
    with pytest.raises(DomainError):
        prove(device)


def test_a_registration_for_another_site_is_refused() -> None:
    with pytest.raises(DomainError, match="没有建成"):
        register(make_account(), Device(origin="https://evil.example"))


def test_a_copy_shows_by_its_counter() -> None:
    user, device = make_account(), Device()
    register(user, device)
    prove(device)
    device.counter -= 2
    with pytest.raises(DomainError, match="没对上"):
        prove(device)


def test_devices_that_never_count_are_fine() -> None:
    """Passkeys that a system keeps in step across devices report zero for ever."""
    user, device = make_account(), Device(counter=-1)
    register(user, device)
    device.counter = -1
    assert prove(device) == user
    device.counter = -1
    assert prove(device) == user


@pytest.mark.parametrize(
    "answer", [{}, {"rawId": "x"}, {"response": {}}, {"response": None}, {"rawId": 5, "id": None}]
)
def test_nonsense_is_a_refusal_and_no_crash(answer: dict[str, Any]) -> None:
    _, state = passkeys.begin_proof(site=SITE)
    with pytest.raises(DomainError):
        passkeys.finish_proof(site=SITE, state=state, answer=answer, client=CLIENT)
    user = make_account()
    _, state = passkeys.begin_registration(user=user, site=SITE)
    with pytest.raises(DomainError):
        passkeys.finish_registration(actor=SYSTEM, user=user, site=SITE, state=state, answer=answer, name="")


def test_the_same_device_is_registered_once() -> None:
    user, device = make_account(), Device()
    register(user, device)
    with pytest.raises(DomainError, match="已经登记"):
        register(user, device)
    options, _ = passkeys.begin_registration(user=user, site=SITE)
    assert len(options["publicKey"]["excludeCredentials"]) == 1


def test_a_nameless_one_gets_a_name() -> None:
    user = make_account()
    register(user, Device(), name="办公室电脑")
    assert register(user, Device(), name="  ")[0].name == "我的第 2 把"


def test_recovery_codes_come_with_the_first_factor_only() -> None:
    user = make_account()
    assert len(register(user, Device())[1]) == 10
    assert register(user, Device())[1] == []


def test_removing_the_last_one_voids_the_codes_and_tells_the_owner() -> None:
    user, device = make_account(), Device()
    passkey, _ = register(user, device)
    passkeys.remove_passkey(actor=owner_of(user), user=user, public_id=passkey.public_id)
    assert factors_of(user) == frozenset()
    assert not RecoveryCode.objects.filter(user=user).exists()
    assert "我的手机" in Message.objects.filter(user=user).order_by("-id")[0].body
    with pytest.raises(DomainError):
        prove(device)


def test_nobody_removes_anothers() -> None:
    passkey, _ = register(make_account(), Device())
    other = make_account()
    for public_id in (passkey.public_id, uuid.uuid4()):
        with pytest.raises(NotFound):
            passkeys.remove_passkey(actor=owner_of(other), user=other, public_id=public_id)
    assert Passkey.objects.count() == 1


def test_an_account_switched_off_is_told_so_after_the_proof() -> None:
    user, device = make_account(), Device()
    register(user, device)
    with unit_of_work(SYSTEM):
        User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(Inactive):
        prove(device)


def test_failing_again_and_again_locks() -> None:
    user, device = make_account(), Device()
    register(user, device)
    device.verifies = False
    for _ in range(5):
        with pytest.raises(DomainError):
            prove(device)
    device.verifies = True
    with pytest.raises(Locked):
        prove(device)


@pytest.mark.parametrize(
    ("origin", "possible"),
    [
        ("https://qihang.example", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
    ],
)
def test_browsers_bind_passkeys_to_names_only(origin: str, possible: bool) -> None:
    assert passkeys.Site(origin, "启航").can_have_passkeys is possible
