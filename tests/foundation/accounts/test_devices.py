"""Where an account is signed in, and signing out from afar."""

import datetime as dt

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from tests.foundation.accounts.doors import CLIENT, OTHER_CLIENT, make_account

from qihang.foundation.accounts.enums import Method
from qihang.foundation.accounts.models import Device, SignInLog, User
from qihang.foundation.accounts.services import devices
from qihang.foundation.core import clock
from qihang.foundation.core.errors import NotFound

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Device:
    session = SessionStore()
    session.create()
    assert session.session_key
    return devices.signed_in(user=user, session_key=session.session_key, method=Method.PASSWORD, client=CLIENT)


def test_each_session_is_a_device_and_a_line_in_the_log() -> None:
    user = make_account()
    device = signed_in(user)
    assert devices.devices_of(user) == [device]
    line = SignInLog.objects.get(user_id=user.pk)
    assert (line.outcome, line.address, line.agent) == ("success", CLIENT.address, CLIENT.agent)


def test_sessions_that_ended_are_no_longer_listed() -> None:
    user = make_account()
    gone, living = signed_in(user), signed_in(user)
    Session.objects.filter(session_key=gone.session_key).delete()
    assert devices.devices_of(user) == [living]


def test_one_device_is_signed_out() -> None:
    user = make_account()
    first, second = signed_in(user), signed_in(user)
    devices.sign_out_device(user=user, device_id=first.pk)
    assert devices.devices_of(user) == [second]
    assert not Session.objects.filter(session_key=first.session_key).exists()


def test_nobody_signs_out_another_persons_device() -> None:
    device = signed_in(make_account())
    with pytest.raises(NotFound):
        devices.sign_out_device(user=make_account(), device_id=device.pk)
    assert Session.objects.filter(session_key=device.session_key).exists()


def test_all_others_are_signed_out_and_this_one_stays() -> None:
    user = make_account()
    here, *_ = signed_in(user), signed_in(user), signed_in(user)
    stranger = signed_in(make_account())
    assert devices.sign_out_elsewhere(user=user, keep=here.session_key) == 2
    assert devices.devices_of(user) == [here]
    assert Session.objects.filter(session_key=stranger.session_key).exists()


def test_use_is_noted_with_the_address_it_came_from() -> None:
    device = signed_in(make_account())
    later = clock.now() + dt.timedelta(hours=1)
    with clock.travel_to(later):
        devices.touch(device.session_key, OTHER_CLIENT)
    device.refresh_from_db()
    assert (device.seen_at, device.address) == (later, OTHER_CLIENT.address)


def test_rows_unused_for_long_are_swept() -> None:
    device = signed_in(make_account())
    assert devices.sweep(dt.timedelta(days=1)) == 0
    with clock.travel_to(clock.now() + dt.timedelta(days=2)):
        assert devices.sweep(dt.timedelta(days=1)) == 1
    assert not Device.objects.filter(pk=device.pk).exists()


def test_a_long_browser_name_is_cut_and_a_missing_address_kept_as_unknown() -> None:
    from qihang.foundation.accounts.clients import Client

    session = SessionStore()
    session.create()
    assert session.session_key
    device = devices.signed_in(
        user=make_account(), session_key=session.session_key, method=Method.PASSKEY, client=Client(None, "x" * 900)
    )
    assert (len(device.agent), device.address) == (200, None)
