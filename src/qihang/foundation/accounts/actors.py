"""Who acts while somebody looks after their own account, or is only about to get in."""

from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import Actor


def owner_of(user: User) -> Actor:
    """The account's owner, who proved it with a password, a code or a link, before any membership is known."""
    return Actor(user_id=user.pk, user_label=user.name)
