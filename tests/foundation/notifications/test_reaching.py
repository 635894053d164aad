"""Texts that leave the house when something goes wrong on the way: nobody gets one twice, nobody waits for another's."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.foundation.notifications.telling import ADMIN, Gateway, reachable, tell

from qihang.foundation.accounts.ports import Letter
from qihang.foundation.core import clock
from qihang.foundation.core.actors import ANONYMOUS, Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.keyring import destroy as destroy_key
from qihang.foundation.core.keyring import keyring, rotate
from qihang.foundation.core.roles import Role
from qihang.foundation.notifications import services
from qihang.foundation.notifications.enums import Channel, Kind, Status
from qihang.foundation.notifications.models import Delivery, Message, Preference
from qihang.foundation.notifications.ports import GatewayError
from qihang.foundation.notifications.texts import SMS_LIMIT, TooLong, sms_text

pytestmark = pytest.mark.django_db


class Broken(Gateway):
    """Breaks over one number in a way that nobody foresaw."""

    def __init__(self, number: str, fault: Exception) -> None:
        super().__init__()
        self.number, self.fault = number, fault

    def send(self, *, channel: str, target: str, subject: str, text: str) -> str:
        if target == self.number:
            raise self.fault
        return super().send(channel=channel, target=target, subject=subject, text=text)


def statuses() -> list[str]:
    return list(Delivery.objects.order_by("id").values_list("status", flat=True))


def put(monkeypatch: pytest.MonkeyPatch, made: Gateway) -> Gateway:
    monkeypatch.setitem(services.gateways._handlers, "test", made)
    return made


# --- gateways that break -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [ValueError("bad header"), KeyError("token"), TimeoutError(), RuntimeError("线路")])
@pytest.mark.usefixtures("gateway")
def test_one_text_that_breaks_the_gateway_does_not_hold_up_the_others(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = put(monkeypatch, Broken("13800000001", fault))
    for number in ("13800000001", "13800000002", "13800000003"):
        tell(reachable(phone=number), channel="sms")
    assert services.retry_due() == 2
    assert statuses() == [Status.FAILED, Status.SENT, Status.SENT]
    assert [target for _, target, _ in made.taken] == ["13800000002", "13800000003"]
    first = Delivery.objects.order_by("id")[0]
    assert first.attempts == 1
    assert type(fault).__name__ in first.error
    assert "13800000001" not in first.error


@pytest.mark.usefixtures("gateway")
def test_a_text_that_never_gets_out_is_given_up_and_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, Broken("13907551234", ValueError("x")))
    tell(reachable(), channel="sms")
    for day in range(10):
        with clock.travel_to(clock.now() + dt.timedelta(days=day)):
            services.retry_due()
    assert statuses() == [Status.GIVEN_UP]
    assert not Delivery.objects.due(clock.now() + dt.timedelta(days=99)).exists()


def test_a_long_receipt_is_a_receipt_and_the_text_is_not_sent_again(
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The text is out when the receipt comes: a receipt that cannot be kept would send it again every minute."""
    monkeypatch.setattr(gateway, "send", lambda **given: gateway.taken.append(given) or "r" * 5000)
    tell(reachable(), channel="sms")
    assert services.retry_due() == 1
    assert services.retry_due() == 0
    assert len(gateway.taken) == 1
    assert statuses() == [Status.SENT]


def test_a_long_reason_is_cut_and_kept(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**given: str) -> str:
        raise GatewayError("忙" * 1000)

    monkeypatch.setattr(gateway, "send", refuse)
    tell(reachable(), channel="sms")
    assert services.retry_due() == 0
    assert Delivery.objects.get().error.startswith("忙忙")


def test_a_title_of_two_lines_is_no_letter_and_the_next_one_is(settings: object) -> None:
    """A mail server takes no line break in a subject; somebody may have typed one."""
    settings.NOTIFICATION_GATEWAYS = {"sms": "local", "email": "smtp"}  # type: ignore[attr-defined]
    tell(reachable(), title="证书到了\nBcc: all@example.com", channel="email")
    tell(reachable(phone="13800000009", email="li@example.com"), channel="email")
    assert services.retry_due() == 1
    assert statuses() == [Status.FAILED, Status.SENT]


def test_a_gateway_that_the_settings_name_wrong_is_a_failure_that_waits_to_be_mended(settings: object) -> None:
    settings.NOTIFICATION_GATEWAYS = {"sms": "nobody", "email": "local"}  # type: ignore[attr-defined]
    tell(reachable(), channel=["sms", "email"])
    assert services.retry_due() == 1
    settings.NOTIFICATION_GATEWAYS = {"sms": "local", "email": "local"}  # type: ignore[attr-defined]
    with clock.travel_to(clock.now() + dt.timedelta(minutes=2)):
        assert services.retry_due() == 1


def test_a_number_whose_key_was_destroyed_holds_nobody_up(
    gateway: Gateway,
    settings: object,
    tmp_path: object,
) -> None:
    settings.KEYS_ROOT = tmp_path  # type: ignore[attr-defined]
    keyring.forget()
    tell(reachable(), channel="sms")
    old, _ = keyring.active("value")
    rotate("value")
    tell(reachable(phone="13800000002"), channel="sms")
    destroy_key(old)
    assert services.retry_due() == 1
    assert statuses() == [Status.FAILED, Status.SENT]
    keyring.forget()


# --- trying again ------------------------------------------------------------------------------------------------------


def test_each_try_waits_longer_than_the_one_before(gateway: Gateway) -> None:
    gateway.failures = 100
    tell(reachable(), channel="sms")
    moment, waits = clock.now(), []
    while True:
        with clock.travel_to(moment):
            services.retry_due()
        delivery = Delivery.objects.get()
        if delivery.next_try_at is None:
            break
        waits.append(delivery.next_try_at - moment)
        with clock.travel_to(delivery.next_try_at - dt.timedelta(seconds=1)):
            services.retry_due()
        assert Delivery.objects.get().attempts == delivery.attempts, "not a second too early"
        moment = delivery.next_try_at
    assert len(waits) > 2
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]


def test_the_oldest_go_first_where_not_all_can_go_at_once(
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "_BATCH", 2)
    for number in range(3):
        tell(reachable(phone=f"1380000000{number}"), channel="sms")
    assert services.retry_due() == 2
    assert statuses() == [Status.SENT, Status.SENT, Status.WAITING]
    assert services.retry_due() == 1


def test_one_that_was_given_up_gets_one_more_try_when_an_administrator_asks(gateway: Gateway) -> None:
    gateway.failures = 100
    tell(reachable(), channel="sms")
    for day in range(10):
        with clock.travel_to(clock.now() + dt.timedelta(days=day)):
            services.retry_due()
    delivery = Delivery.objects.get()
    assert services.send_again(actor=ADMIN, delivery=delivery) is False
    assert statuses() == [Status.GIVEN_UP]
    gateway.failures = 0
    assert services.send_again(actor=ADMIN, delivery=delivery) is True
    assert statuses() == [Status.SENT]


@pytest.mark.django_db(transaction=True)
def test_asking_again_while_a_worker_is_sending_sends_once(gateway: Gateway) -> None:
    handed, go_on, told = threading.Event(), threading.Event(), []
    slow = gateway.send

    def send(**given: str) -> str:
        handed.set()
        go_on.wait(30)
        return slow(**given)

    gateway.send = send  # type: ignore[method-assign]
    user = reachable()
    with transaction.atomic():
        tell(user)
        delivery = services._delivery(user, Channel.SMS, "13907551234", "t", "x")
        delivery.save()

    def work() -> None:
        services.deliver([delivery.pk])
        connection.close()

    def ask() -> None:
        try:
            services.send_again(actor=ADMIN, delivery=delivery)
        except DomainError as refusal:
            told.append(refusal.message)
        finally:
            connection.close()

    worker, administrator = threading.Thread(target=work), threading.Thread(target=ask)
    worker.start()
    assert handed.wait(30)
    assert services.retry_due() == 0, "another worker passes over what this one holds"
    administrator.start()
    administrator.join(0.2)
    go_on.set()
    worker.join(30)
    administrator.join(30)
    assert told == ["这一条已经发出去了，不用再发"]
    assert len(gateway.taken) == 1
    assert statuses() == [Status.SENT]


# --- who gets what -----------------------------------------------------------------------------------------------------


def test_of_many_each_gets_it_by_the_ways_that_are_theirs() -> None:
    both = reachable(phone="13800000001")
    only_mail = reachable(phone=None, phone_proved_at=None)
    unproved = reachable(phone="13800000003", phone_proved_at=None, email="")
    declined = reachable(phone="13800000004", email="")
    services.choose_channels(user=declined, wanted=[])
    users = [both, only_mail, unproved, declined]
    made = services.notify_many(actor=ADMIN, users=users, title="开班", channel=["sms", "email"])
    assert [message.user_id for message in made] == [user.pk for user in users]
    found = list(Delivery.objects.order_by("id").values_list("user_id", "channel"))
    assert sorted(found) == sorted([(both.pk, "sms"), (both.pk, "email"), (only_mail.pk, "email")])


def test_telling_nobody_is_no_fault() -> None:
    assert services.notify_many(actor=ADMIN, users=[], title="开班", channel="sms") == []
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("channel", ["fax", "SMS", ""])
def test_a_way_that_there_is_not_leaves_the_message_inside(channel: str) -> None:
    tell(reachable(), channel=channel)
    assert Message.objects.count() == 1
    assert not Delivery.objects.exists()


def test_a_letter_tells_where_to_act_by_a_whole_address(settings: object) -> None:
    settings.PUBLIC_URL = "https://qihang.example"  # type: ignore[attr-defined]
    tell(reachable(), url="/my/certificates/", channel="email")
    text = Delivery.objects.get().text.plain()
    assert "https://qihang.example/my/certificates/" in text
    assert text.startswith("王秀兰：")


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "javascript:alert(1)", "my/page", "\\\\host"])
def test_a_message_never_leads_out_of_the_house(url: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        tell(reachable(), url=url)
    assert not Message.objects.exists()


def test_a_letter_of_the_accounts_app_goes_only_where_there_is_an_address() -> None:
    nowhere = reachable(phone="13800000001", phone_proved_at=None, email="")
    services.send_letter(user=nowhere, letter=Letter("密码", sms="验证码是 1", email="链接", notice=""))
    assert not Delivery.objects.exists()
    assert not Message.objects.exists()
    services.send_letter(user=nowhere, letter=Letter("密码", sms="验证码是 1", phone="13800000009"))
    assert Delivery.objects.get().target.plain() == "13800000009"


def test_security_goes_out_even_to_those_who_want_nothing() -> None:
    user = reachable()
    services.choose_channels(user=user, wanted=[])
    for kind, count in ((Kind.CASE, 0), (Kind.REMINDER, 0), (Kind.SECURITY, 1)):
        Delivery.objects.all().delete()
        tell(user, kind=kind, channel="sms")
        assert Delivery.objects.count() == count, kind


def test_what_somebody_wants_is_kept_as_chosen_and_strange_choices_left_out() -> None:
    user = reachable()
    chosen = [(Kind.CASE, Channel.SMS), (Kind.SECURITY, Channel.SMS), ("fax", "fax"), (Kind.CASE, Channel.IN_APP)]
    services.choose_channels(user=user, wanted=chosen)  # type: ignore[arg-type]
    wanted = services.wanted_channels(user)
    assert [pair for pair, yes in wanted.items() if yes] == [(Kind.CASE, Channel.SMS)]
    services.choose_channels(user=user, wanted=list(wanted))
    assert not Preference.objects.filter(user=user).exists()


@pytest.mark.parametrize("actor", [ANONYMOUS, Actor.for_system("x"), Actor(role=Role.SYSTEM_ADMIN)])
def test_who_is_nobody_has_no_messages(actor: Actor) -> None:
    tell(reachable())
    assert services.unread_count(actor) == 0
    assert services.mark_read(actor=actor) == 0
    assert Message.objects.filter(read_at__isnull=True).count() == 1


def test_reading_twice_keeps_the_first_moment() -> None:
    user = reachable()
    message = tell(user)
    actor = Actor(user_id=user.pk, role=Role.PARTICIPANT)
    first = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
    with clock.travel_to(first):
        assert services.mark_read(actor=actor, ids=[message.pk, 999_999]) == 1
    with clock.travel_to(first + dt.timedelta(days=1)):
        assert services.mark_read(actor=actor, ids=[message.pk]) == 0
    message.refresh_from_db()
    assert message.read_at == first


# --- the form of a text ------------------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 80), st.text(st.sampled_from("王秀兰欧阳娜"), max_size=30))
def test_a_text_is_whole_within_its_limit_or_refused(length: int, name: str) -> None:
    body = "字" * length
    try:
        text = sms_text(body, name)
    except TooLong:
        assert length + len(sms_text("")) > SMS_LIMIT
    else:
        assert len(text) <= SMS_LIMIT
        assert text.startswith("【")
        assert text.endswith(body)
        assert not name or (name in text) == (len(sms_text(body)) + len(name) + 1 <= SMS_LIMIT)
