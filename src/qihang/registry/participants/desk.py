"""What accounts ask of the register (port `person_desks`): whom a counter code is for, whose an account is."""

from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotFound
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants.models import Person


class RegisterDesk:
    """The register of persons, by the number of any record: one that was merged leads on to the one it became."""

    def name_of(self, subject_id: int) -> str:
        """The person's name. NotFound if there is none."""
        return str(_standing(subject_id).name.plain())

    def account_of(self, subject_id: int) -> int | None:
        """The account (its id) that the person, or a record merged into theirs, has already."""
        person = _standing(subject_id)
        accounts = [person.user_id, *person.aliases.values_list("user_id", flat=True)]
        return next((account for account in accounts if account is not None), None)

    def person_of(self, user_id: int) -> int | None:
        """The person (its id) whose account this is, or None."""
        row = Person.objects.filter(user_id=user_id).first()
        return _standing(row.pk).pk if row else None

    def entry_code_used(self, *, subject_id: int, user: User, actor: Actor) -> None:
        """The person came in: their account is `user`, unless they had it already."""
        if self.account_of(subject_id) == user.pk:
            return
        with unit_of_work(actor):
            person = _standing(subject_id)
            person.user = user
            person.save(update_fields=["user"])


def _standing(subject_id: int) -> Person:
    row: Person | None = Person.objects.select_related("merged_into").filter(pk=subject_id).first()
    if row is None:
        raise NotFound("人员库里没有这个人，请再查一下")
    return row.merged_into or row


DESK = RegisterDesk()
