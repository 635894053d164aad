"""What the tests of messages share: people who can be reached, somebody who tells them, and a gateway that obeys."""

from tests.factories import make_user

from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.notifications import services
from qihang.foundation.notifications.models import Message
from qihang.foundation.notifications.ports import GatewayError

OFFICER = Actor(user_id=9, user_label="符晓", organization_label="美兰区就业局", role=Role.INTAKE_OFFICER)
ADMIN = Actor(user_id=1, user_label="系管", role=Role.SYSTEM_ADMIN)


class Gateway:
    """Takes texts, or refuses as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.taken: list[tuple[str, str, str]] = []

    def send(self, *, channel: str, target: str, subject: str, text: str) -> str:
        if self.failures:
            self.failures -= 1
            raise GatewayError("网关忙")
        self.taken.append((channel, target, text))
        return f"receipt-{len(self.taken)}"


def reachable(**fields: object) -> User:
    return make_user(
        **{
            "phone": "13907551234",
            "phone_proved_at": clock.now(),
            "email": "wang@example.com",
            "name": "王秀兰",
            **fields,
        }
    )


def tell(user: User, **fields: object) -> Message:
    return services.notify(actor=OFFICER, user=user, **{"title": "证书到了", "body": "带身份证来取", **fields})  # type: ignore[arg-type]
