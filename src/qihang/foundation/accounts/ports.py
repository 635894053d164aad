"""How higher floors take part in accounts: letters go out, and counter codes lead to people."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.ports import Port

if TYPE_CHECKING:
    from qihang.foundation.accounts.models import User


@dataclass(frozen=True, slots=True)
class Letter:
    """A message about an account's safety, which no preference turns off.

    `sms` (no link in it, 70 characters at most) goes to `phone`, else to the account's proved phone; `email` to its
    address; `notice` stays inside as a message for the account. Empty texts are not sent.
    """

    title: str
    sms: str = ""
    email: str = ""
    notice: str = ""
    phone: str = ""


class Courier(Protocol):
    """Sends a Letter after the transaction commits."""

    def __call__(self, *, user: "User", letter: Letter) -> None: ...


class PersonDesk(Protocol):
    """What the register of participants does for people who come in with a code from the counter."""

    def name_of(self, subject_id: int) -> str:
        """The person's name. NotFound if there is none, or no longer."""

    def account_of(self, subject_id: int) -> int | None:
        """The account (its id) that the person has already, or None."""

    def person_of(self, user_id: int) -> int | None:
        """The person (its id) whose account this is, or None."""

    def entry_code_used(self, *, subject_id: int, user: "User", actor: Actor) -> None:
        """The person came in: their account is `user`. Runs within the unit of work that made the account."""


# notifications registers "notifications".
couriers: Port[Courier] = Port("couriers")

# participants registers "participants".
person_desks: Port[PersonDesk] = Port("person_desks")

PARTICIPANTS = "participants"


def send(user: "User", letter: Letter) -> None:
    """Hand a letter to whoever delivers here."""
    for _, courier in couriers.items():
        courier(user=user, letter=letter)


def person_desk() -> PersonDesk:
    """The register of participants. LookupError where there is none."""
    return person_desks.get(PARTICIPANTS)


def person_of(user_id: int) -> int | None:
    """The person whose account this is, or None, also where nobody keeps a register."""
    return person_desk().person_of(user_id) if PARTICIPANTS in person_desks else None
