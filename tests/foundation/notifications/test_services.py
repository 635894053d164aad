"""Messages in the product, texts to phone and mailbox, trying again, and what people turn off."""

import datetime as dt
from pathlib import Path

import pytest
from django.core import mail
from pytest_django import DjangoCaptureOnCommitCallbacks
from tests.factories import SYSTEM, make_user
from tests.foundation.notifications.telling import ADMIN, OFFICER, Gateway, reachable, tell

from qihang.foundation.accounts.ports import Letter
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.notifications import ports, services
from qihang.foundation.notifications.enums import Channel, Kind, Status
from qihang.foundation.notifications.models import Delivery, Message
from qihang.foundation.notifications.texts import TooLong, sms_text

pytestmark = pytest.mark.django_db


def test_a_message_says_who_wrote_it_and_where_to_act() -> None:
    user = make_user()
    message = tell(user, url="/my/certificates/")
    assert (message.user, message.sender, message.url, message.kind) == (
        user,
        "美兰区就业局",
        "/my/certificates/",
        Kind.CASE,
    )
    assert not Delivery.objects.exists()


def test_a_message_about_a_thing_leads_to_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports.pages, "_handlers", {"accounts.user": lambda thing: f"/people/{thing.pk}/"})
    user = make_user()
    assert tell(user, about=user).url == f"/people/{user.pk}/"
    assert tell(user, about=user, url="/my/").url == "/my/"
    assert tell(user, about=tell(user)).url == "", "nobody has registered a page of messages"


def test_texts_leave_after_the_transaction(
    gateway: Gateway, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    user = reachable()
    with django_capture_on_commit_callbacks(execute=True):
        tell(user, channel={Channel.SMS, Channel.EMAIL}, url="/my/")
        assert gateway.taken == []
    sms, email = sorted(gateway.taken, reverse=True)
    assert sms == ("sms", "13907551234", "【启航】王秀兰：证书到了。带身份证来取")
    assert email[:2] == ("email", "wang@example.com")
    assert "http://127.0.0.1:8000/my/" in email[2]
    assert {row.status for row in Delivery.objects.all()} == {Status.SENT}


def test_a_text_of_its_own_goes_to_the_phone() -> None:
    tell(reachable(), channel="sms", sms="证书到了，来取")
    assert Delivery.objects.get().text.plain() == "【启航】王秀兰：证书到了，来取"


def test_nothing_goes_to_a_phone_that_was_never_proved_or_a_mailbox_nobody_gave() -> None:
    tell(make_user(phone="13907551234"), channel={"sms", "email"})
    assert not Delivery.objects.exists()


def test_what_somebody_declined_is_not_sent_and_the_message_is_there_all_the_same() -> None:
    user = reachable()
    services.choose_channels(user=user, wanted={(Kind.CASE, Channel.EMAIL)})
    tell(user, channel={"sms", "email"})
    assert [row.channel for row in Delivery.objects.all()] == ["email"]
    tell(user, channel="email", kind=Kind.REMINDER)
    assert Delivery.objects.count() == 1
    assert Message.objects.count() == 2


def test_security_cannot_be_declined() -> None:
    user = reachable()
    services.choose_channels(user=user, wanted=set())
    services.send_letter(user=user, letter=Letter("验证码", sms="登录的验证码是 123456"))
    assert Delivery.objects.count() == 1
    assert (Kind.SECURITY, Channel.SMS) not in services.wanted_channels(user)


def test_many_people_are_told_in_a_few_statements(django_assert_max_num_queries: object) -> None:
    users = [make_user() for _ in range(20)] + [reachable()]
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        services.notify_many(actor=OFFICER, users=users, title="明天开课", channel="sms")
    assert Message.objects.count() == 21
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_tells_nobody(gateway: Gateway) -> None:
    from django.db import transaction

    user = reachable()
    with pytest.raises(RuntimeError), transaction.atomic():
        tell(user, channel="sms")
        raise RuntimeError
    assert gateway.taken == []
    assert not Message.objects.exists()


class TestTexts:
    def test_the_name_is_left_out_where_it_would_not_fit(self) -> None:
        body = "字" * 64
        assert sms_text(body, "王秀兰") == f"【启航】{body}"

    def test_seventy_characters_are_the_end(self) -> None:
        assert len(sms_text("字" * 66)) == 70
        with pytest.raises(TooLong, match="71"):
            sms_text("字" * 67)


class TestTryingAgain:
    def failed(self, gateway: Gateway) -> Delivery:
        tell(reachable(), channel="sms")
        gateway.failures = 100
        delivery = Delivery.objects.get()
        services.deliver([delivery.pk])
        delivery.refresh_from_db()
        return delivery

    def test_a_failure_is_kept_with_its_reason_and_tried_later(self, gateway: Gateway) -> None:
        delivery = self.failed(gateway)
        assert (delivery.status, delivery.attempts, delivery.error) == (Status.FAILED, 1, "网关忙")
        gateway.failures = 0
        assert services.retry_due() == 0
        with clock.travel_to(clock.now() + dt.timedelta(minutes=2)):
            assert services.retry_due() == 1
        delivery.refresh_from_db()
        assert (delivery.status, delivery.attempts, delivery.error) == (Status.SENT, 2, "")
        assert delivery.reference == "receipt-1"

    def test_after_the_last_try_nobody_tries_again(self, gateway: Gateway) -> None:
        self.failed(gateway)
        for day in range(1, 8):
            with clock.travel_to(clock.now() + dt.timedelta(days=day)):
                services.retry_due()
        delivery = Delivery.objects.get()
        assert (delivery.status, delivery.attempts, delivery.next_try_at) == (Status.GIVEN_UP, 6, None)

    def test_what_a_stopped_process_left_behind_is_sent(self, gateway: Gateway) -> None:
        tell(reachable(), channel="sms")
        assert services.retry_due() == 1
        assert len(gateway.taken) == 1

    def test_a_text_is_never_sent_twice(self, gateway: Gateway) -> None:
        tell(reachable(), channel="sms")
        pk = Delivery.objects.get().pk
        assert services.deliver([pk, pk]) == 1
        assert len(gateway.taken) == 1

    def test_an_administrator_asks_for_another_try(self, gateway: Gateway) -> None:
        delivery = self.failed(gateway)
        gateway.failures = 0
        with pytest.raises(NotFound):
            services.send_again(actor=OFFICER, delivery=delivery)
        assert services.send_again(actor=ADMIN, delivery=delivery) is True
        with pytest.raises(DomainError, match="已经发出"):
            services.send_again(actor=ADMIN, delivery=delivery)


class TestGateways:
    def test_the_local_one_writes_a_file_for_its_owner_alone(self, settings: object) -> None:
        tell(reachable(), channel="sms")
        services.retry_due()
        path = Path(settings.OUTBOX_ROOT) / Delivery.objects.get().reference  # type: ignore[attr-defined]
        assert path.read_text("utf-8").startswith("13907551234\n证书到了\n\n【启航】")
        assert path.stat().st_mode & 0o777 == 0o600

    def test_a_folder_that_cannot_be_written_is_a_failure_to_try_again(self, settings: object, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        settings.OUTBOX_ROOT = tmp_path / "file" / "outbox"  # type: ignore[attr-defined]
        tell(reachable(), channel="sms")
        assert services.retry_due() == 0
        assert "写不进" in Delivery.objects.get().error

    def test_the_mail_server_gets_subject_and_text(self, settings: object) -> None:
        settings.NOTIFICATION_GATEWAYS = {"sms": "local", "email": "smtp"}  # type: ignore[attr-defined]
        tell(reachable(), channel="email")
        assert services.retry_due() == 1
        (letter,) = mail.outbox
        assert (letter.subject, letter.to) == ("证书到了", ["wang@example.com"])

    def test_a_mail_server_that_is_away_is_tried_again(
        self, settings: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*args: object, **kwargs: object) -> int:
            raise ConnectionRefusedError

        settings.NOTIFICATION_GATEWAYS = {"sms": "local", "email": "smtp"}  # type: ignore[attr-defined]
        monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
        tell(reachable(), channel="email")
        assert services.retry_due() == 0
        assert Delivery.objects.get().status == Status.FAILED


class TestReading:
    def test_people_see_their_own_messages_only(self) -> None:
        mine, other = make_user(), make_user()
        tell(mine)
        tell(other)
        me = Actor(user_id=mine.pk, role=Role.VISITOR)
        assert [row.user_id for row in Message.objects.visible_to(me)] == [mine.pk]
        assert services.unread_count(me) == 1
        assert not Message.objects.visible_to(Actor()).exists()

    def test_reading_one_and_reading_all(self) -> None:
        user = make_user()
        first, *_ = [tell(user) for _ in range(3)]
        me = Actor(user_id=user.pk, role=Role.VISITOR)
        assert services.mark_read(actor=me, ids=[first.pk]) == 1
        assert services.unread_count(me) == 2
        assert services.mark_read(actor=me) == 2
        assert services.mark_read(actor=me) == 0

    def test_nobody_marks_anothers_message(self) -> None:
        message = tell(make_user())
        assert services.mark_read(actor=Actor(user_id=make_user().pk), ids=[message.pk]) == 0

    def test_only_system_administrators_see_what_left_the_house(self) -> None:
        tell(reachable(), channel="sms")
        assert Delivery.objects.visible_to(ADMIN).count() == 1
        for role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.APPROVER, Role.PARTICIPANT):
            assert not Delivery.objects.visible_to(Actor(user_id=1, role=role)).exists()

    def test_a_message_leads_only_to_our_own_pages(self) -> None:
        from django.db import IntegrityError

        with pytest.raises(IntegrityError, match="message_url_is_ours"):
            tell(make_user(), url="https://evil.example/")


def test_preferences_round_trip() -> None:
    user = make_user()
    assert all(services.wanted_channels(user).values())
    services.choose_channels(user=user, wanted={(Kind.REMINDER, Channel.SMS)})
    assert {pair for pair, on in services.wanted_channels(user).items() if on} == {(Kind.REMINDER, Channel.SMS)}
    services.choose_channels(user=user, wanted=set(services.wanted_channels(user)))
    assert all(services.wanted_channels(user).values())


def test_addresses_and_texts_are_stored_encrypted() -> None:
    from django.db import connection

    tell(reachable(), channel="sms")
    with connection.cursor() as cursor:
        cursor.execute("SELECT target, text FROM notifications_delivery")
        stored = b"".join(bytes(part) for part in cursor.fetchone())
    assert b"13907551234" not in stored
    assert "证书".encode() not in stored


def test_a_notice_of_the_accounts_app_stays_inside() -> None:
    user = reachable()
    services.send_letter(user=user, letter=Letter("密码改好了", notice="刚改过"))
    assert Message.objects.get().kind == Kind.SECURITY
    assert not Delivery.objects.exists()


def test_a_letter_can_go_to_a_phone_that_is_being_proved() -> None:
    user = make_user()
    services.send_letter(user=user, letter=Letter("核对", sms="验证码是 123456", phone="13800000000"))
    assert Delivery.objects.get().target.plain() == "13800000000"
    services.notify(actor=SYSTEM, user=user, title="好了", channel="sms")
    assert Delivery.objects.count() == 1
