"""What a person chose for their own account: how pages look to them, nothing that a rule reads."""

from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.units import unit_of_work


def set_large_text(*, actor: Actor, user: User, large: bool) -> None:
    """Remember large text for this account on every device."""
    if user.large_text == large:
        return
    with unit_of_work(actor):
        user.large_text = large
        user.save(update_fields=["large_text"])
