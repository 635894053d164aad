"""Which account a session belongs to. Proving who one is goes through services.sign_in, never `authenticate`."""

from django.contrib.auth.backends import BaseBackend

from qihang.foundation.accounts.models import User


class AccountBackend(BaseBackend):
    """Loads active accounts; one that was switched off is out at its next request."""

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
