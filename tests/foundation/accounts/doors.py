"""What the tests of sign-in share."""

from tests.factories import make_user

from qihang.foundation.accounts.clients import Client
from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.notifications.models import Delivery

PASSWORD = "haikou-wan-2026"
CLIENT = Client("203.0.113.7", "Mozilla/5.0 (Android 14) Chrome/130")
OTHER_CLIENT = Client("198.51.100.9", "curl")
PHONE = "13907551234"


def make_account(**fields: object) -> User:
    """A user who can sign in with PASSWORD."""
    return make_user(**{"password": PASSWORD, **fields})


def make_reachable(phone: str = PHONE, **fields: object) -> User:
    """A user whose phone number was proved."""

    return make_account(phone=phone, phone_proved_at=clock.now(), **fields)


def last_text(user: User) -> str:
    """What was last sent to the user's phone or mailbox."""
    delivery = Delivery.objects.filter(user=user).order_by("-id").first()
    assert delivery is not None
    return str(delivery.text.plain())


def last_code(user: User) -> str:
    """The digits in it."""
    return "".join(sign for sign in last_text(user).partition("是")[2].partition("，")[0] if sign.isdigit())
