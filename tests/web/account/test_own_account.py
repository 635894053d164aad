"""One's own account: what it shows, what is asked for first, and that it is nobody else's."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from tests.factories import SYSTEM, make_actor
from tests.foundation.accounts.doors import PASSWORD, PHONE, last_code, make_account
from tests.web.account.pages import code_of, is_in, sign_in

from qihang.foundation.accounts.models import Device, Totp, User
from qihang.foundation.accounts.services import factors
from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.foundation.notifications.models import Message
from qihang.foundation.notifications.services import notify, wanted_channels

pytestmark = pytest.mark.django_db

NEW = "qionghai-xiaozhen-88"
LATER = dt.timedelta(minutes=20)


@pytest.fixture
def user(client: Client) -> User:
    made = make_account(identity_no="46010819820314242X")
    sign_in(client, made)
    return made


@pytest.fixture
def much_later() -> Iterator[None]:
    """Long after the last proof."""
    with clock.travel_to(clock.now() + LATER):
        yield


def test_the_overview_shows_numbers_masked(client: Client, user: User) -> None:
    page = client.get(reverse("account")).content.decode()
    assert "460108**********2X" in page
    assert "46010819820314242X" not in page


@pytest.mark.parametrize(
    "name", ["account", "account_security", "account_devices", "account_messages", "account_notices"]
)
def test_both_sides_see_it_in_their_own_layout(client: Client, name: str) -> None:
    visitor, officer = make_account(), make_account()
    make_actor(Role.APPROVER, user=officer)
    sign_in(client, visitor)
    assert 'data-ui="portal"' in client.get(reverse(name)).content.decode()
    sign_in(other := Client(), officer)
    assert 'data-ui="office"' in other.get(reverse(name)).content.decode()


class TestProof:
    """Asking again before something that matters."""

    def test_shortly_after_signing_in_nothing_is_asked(self, client: Client, user: User) -> None:
        assert "存新密码" in client.get(reverse("account_password")).content.decode()

    def test_later_the_password_is(self, client: Client, user: User, much_later: None) -> None:
        page = client.get(reverse("account_password")).content.decode()
        assert "先核对一下是您本人" in page
        assert "存新密码" not in page
        response = client.post(reverse("account_password"), {"proof_of": "GET", "proof_password": PASSWORD})
        assert response["Location"] == reverse("account_password")
        assert "存新密码" in client.get(reverse("account_password")).content.decode()

    def test_what_was_typed_is_kept_and_goes_through_after_the_proof(
        self, client: Client, user: User, much_later: None
    ) -> None:
        page = client.post(reverse("account_email"), {"email": "wang@example.com"}).content.decode()
        assert 'name="email" value="wang@example.com"' in page
        client.post(
            reverse("account_email"), {"email": "wang@example.com", "proof_of": "POST", "proof_password": PASSWORD}
        )
        assert User.objects.get(pk=user.pk).email == "wang@example.com"

    def test_a_wrong_proof_changes_nothing(self, client: Client, user: User, much_later: None) -> None:
        response = client.post(
            reverse("account_email"), {"email": "x@example.com", "proof_of": "POST", "proof_password": "不对"}
        )
        page = response.content.decode()
        assert "密码没对上，还能试 4 次" in page
        assert 'name="email" value="x@example.com"' in page
        assert User.objects.get(pk=user.pk).email == ""

    def test_saying_so_is_no_proof(self, client: Client, user: User, much_later: None) -> None:
        for fields in ({"proof_of": "POST"}, {"proof_of": "POST", "proof_password": ""}, {"proof_code": "000000"}):
            client.post(reverse("account_email"), {"email": "x@example.com", **fields})
        assert User.objects.get(pk=user.pk).email == ""

    def test_with_a_second_factor_the_password_is_no_proof(self, client: Client, user: User) -> None:
        client.post(reverse("account_totp"))
        client.post(reverse("account_totp"), {"code": code_of(user, -1)})
        with clock.travel_to(clock.now() + LATER):
            page = client.get(reverse("account_password")).content.decode()
            assert "动态码" in page and "proof_password" not in page
            client.post(
                reverse("account_email"), {"email": "x@example.com", "proof_of": "POST", "proof_password": PASSWORD}
            )
            assert User.objects.get(pk=user.pk).email == ""
            client.post(
                reverse("account_email"), {"email": "x@example.com", "proof_of": "POST", "proof_code": code_of(user)}
            )
            assert User.objects.get(pk=user.pk).email == "x@example.com"

    @pytest.mark.parametrize(
        "name",
        [
            "account_password",
            "account_phone",
            "account_email",
            "account_identity",
            "account_totp",
            "account_totp_stop",
            "account_recovery_codes",
            "account_passkey_add",
        ],
    )
    def test_everything_that_matters_asks(self, client: Client, user: User, much_later: None, name: str) -> None:
        assert "先核对一下是您本人" in client.get(reverse(name)).content.decode()


class TestPassword:
    def test_a_new_one_keeps_this_session_and_ends_the_others(self, client: Client, user: User) -> None:
        other = Client()
        sign_in(other, user)
        response = client.post(reverse("account_password"), {"password": NEW}, follow=True)
        assert "密码改好了" in response.content.decode()
        assert is_in(client)
        assert other.get(reverse("account")).status_code == 302
        assert [device.session_key for device in Device.objects.filter(user=user)] == [client.session.session_key]
        sign_in(fresh := Client(), user, NEW)
        assert is_in(fresh)

    def test_a_bad_one_is_refused_with_the_rule(self, client: Client, user: User) -> None:
        assert "至少 10 位" in client.post(reverse("account_password"), {"password": "short"}).content.decode()


class TestPhone:
    def test_a_number_is_proved_by_its_code(self, client: Client, user: User) -> None:
        response = client.post(reverse("account_phone"), {"phone": "139 0755 1234"})
        assert PHONE in client.get(response["Location"]).content.decode()
        client.post(response["Location"], {"code": last_code(user)})
        kept = User.objects.get(pk=user.pk)
        assert (kept.phone, kept.phone_proved_at is not None) == (PHONE, True)

    def test_a_wrong_code_keeps_nothing(self, client: Client, user: User) -> None:
        client.post(reverse("account_phone"), {"phone": PHONE})
        assert "没对上" in client.post(reverse("account_phone_code"), {"code": "000000"}).content.decode()
        assert User.objects.get(pk=user.pk).phone is None

    def test_the_code_page_needs_a_number(self, client: Client, user: User) -> None:
        assert client.get(reverse("account_phone_code"))["Location"] == reverse("account_phone")

    def test_something_else_is_refused(self, client: Client, user: User) -> None:
        assert "11 位" in client.post(reverse("account_phone"), {"phone": "12"}).content.decode()


class TestIdentity:
    def test_it_is_written_down_once(self, client: Client) -> None:
        user = make_account()
        sign_in(client, user)
        assert (
            "逐位核对"
            in client.post(reverse("account_identity"), {"identity_no": "460108198203142421"}).content.decode()
        )
        client.post(reverse("account_identity"), {"identity_no": "46010819820314242x"})
        assert User.objects.get(pk=user.pk).identity_no == "46010819820314242X"
        response = client.post(reverse("account_identity"), {"identity_no": "460108197810120420"})
        assert "已经登记" in response.content.decode()
        assert User.objects.get(pk=user.pk).identity_no == "46010819820314242X"


class TestTotp:
    def test_scan_type_and_keep_the_codes(self, client: Client, user: User) -> None:
        assert client.get(reverse("account_totp"))["Location"] == reverse("account_security")
        client.post(reverse("account_totp"))
        page = client.get(reverse("account_totp")).content.decode()
        secret = Totp.objects.get(user=user).secret.plain()
        assert "<svg" in page and secret[:4] in page
        assert "没对上" in client.post(reverse("account_totp"), {"code": "000000"}).content.decode()
        response = client.post(reverse("account_totp"), {"code": code_of(user)})
        assert response.content.decode().count("<code>") == factors.RECOVERY_CODES
        assert "no-store" in response["Cache-Control"]
        assert "停用动态码" in client.get(reverse("account_security")).content.decode()

    def test_stopping_asks_first(self, client: Client, user: User) -> None:
        client.post(reverse("account_totp"))
        client.post(reverse("account_totp"), {"code": code_of(user)})
        assert "要停用动态码吗" in client.get(reverse("account_totp_stop")).content.decode()
        assert Totp.objects.filter(user=user).exists()
        client.post(reverse("account_totp_stop"))
        assert not Totp.objects.filter(user=user).exists()

    def test_new_recovery_codes_ask_first_and_need_a_factor(self, client: Client, user: User) -> None:
        assert client.post(reverse("account_recovery_codes")).status_code == 409
        client.post(reverse("account_totp"))
        client.post(reverse("account_totp"), {"code": code_of(user)})
        assert "旧的一批" in client.get(reverse("account_recovery_codes")).content.decode()
        assert client.post(reverse("account_recovery_codes")).content.decode().count("<code>") == 10


class TestDevices:
    def test_they_are_listed_and_signed_out(self, client: Client, user: User) -> None:
        phone = Client(headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0"})
        sign_in(phone, user)
        page = client.get(reverse("account_devices")).content.decode()
        assert "安卓手机，微信" in page and "这一台" in page
        device = Device.objects.get(session_key=phone.session.session_key)
        client.post(reverse("account_devices_sign_out"), {"device": device.pk})
        assert phone.get(reverse("account")).status_code == 302
        assert is_in(client)

    def test_all_others_at_once(self, client: Client, user: User) -> None:
        for _ in range(2):
            sign_in(Client(), user)
        response = client.post(reverse("account_devices_sign_out"), {"device": "others"}, follow=True)
        assert "别处的 2 台设备都退出了" in response.content.decode()
        assert Device.objects.filter(user=user).count() == 1

    def test_another_persons_device_is_not_found(self, client: Client, user: User) -> None:
        sign_in(stranger := Client(), make_account())
        device = Device.objects.get(session_key=stranger.session.session_key)
        assert client.post(reverse("account_devices_sign_out"), {"device": device.pk}).status_code == 404
        assert is_in(stranger)

    def test_failed_tries_are_shown(self, client: Client, user: User) -> None:
        sign_in(Client(), user, "不对")
        assert "没对上" in client.get(reverse("account_devices")).content.decode()


class TestMessages:
    def test_unread_ones_are_counted_until_they_are_opened(self, client: Client, user: User) -> None:
        notify(actor=SYSTEM, user=user, title="证书到了", body="带身份证来取", url="/account/")
        page = client.get(reverse("account_messages")).content.decode()
        assert "未读：" in page and "证书到了" in page
        message = Message.objects.get(user=user)
        page = client.get(reverse("account_message", args=[message.public_id])).content.decode()
        assert "带身份证来取" in page and 'href="/account/"' in page
        assert "未读：" not in client.get(reverse("account_messages")).content.decode()

    def test_all_are_marked_at_once(self, client: Client, user: User) -> None:
        for _ in range(3):
            notify(actor=SYSTEM, user=user, title="通知")
        client.post(reverse("account_messages_read"))
        assert not Message.objects.filter(user=user, read_at=None).exists()

    def test_another_persons_message_is_not_found(self, client: Client, user: User) -> None:
        other = notify(actor=SYSTEM, user=make_account(), title="不是您的")
        assert client.get(reverse("account_message", args=[other.public_id])).status_code == 404

    def test_an_empty_box_says_what_will_come(self, client: Client, user: User) -> None:
        assert "现在没有消息" in client.get(reverse("account_messages")).content.decode()

    def test_channels_are_chosen(self, client: Client, user: User) -> None:
        assert "checked" in client.get(reverse("account_notices")).content.decode()
        client.post(reverse("account_notices"), {"case": ["email"]})
        kept = {(kind.value, channel.value) for (kind, channel), on in wanted_channels(user).items() if on}
        assert kept == {("case", "email")}


def test_every_address_of_the_account_needs_an_account(client: Client) -> None:
    public = {
        "sign_in",
        "sign_in_second",
        "sign_in_second_options",
        "sign_in_passkey",
        "sign_in_passkey_options",
        "sign_in_sms",
        "sign_in_sms_code",
        "sign_in_counter",
        "sign_in_counter_account",
        "sign_out",
        "forgot",
        "forgot_code",
        "reset",
        "invitation",
    }
    names = {name for name in _account_names() if name not in public}
    assert len(names) > 20
    arguments = {
        "account_passkey_remove": ["00000000-0000-0000-0000-000000000000"],
        "account_message": ["00000000-0000-0000-0000-000000000000"],
    }
    for name in sorted(names):
        response = client.get(reverse(name, args=arguments.get(name)))
        assert response.status_code == 302, name
        assert response["Location"].startswith("/sign-in/?next="), name


def _account_names() -> set[str]:
    from qihang.web.views.account.urls import urlpatterns

    return {str(pattern.name) for pattern in urlpatterns}


def test_no_page_of_a_package_is_reachable() -> None:
    """Whatever signs up, confirms mail or manages social logins is not wanted here."""
    text = str([pattern.pattern for pattern in get_resolver().url_patterns])
    assert "signup" not in text and "allauth" not in text
