"""Getting in, finding back in, one's own account."""

from django.test import Client
from django.urls import reverse

from qihang.foundation.accounts.actors import owner_of
from qihang.foundation.accounts.services import factors, passkeys
from qihang.foundation.accounts.services.passwords import issue_reset_link
from qihang.foundation.core.roles import Role
from qihang.foundation.notifications.services import notify
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.invitations import invite
from tests.factories import SYSTEM
from tests.foundation.accounts.authenticator import Device
from tests.foundation.accounts.doors import PASSWORD, make_account
from tests.web.account.pages import code_of, sign_in
from tests.web.matrix.rows import (
    EVERYONE,
    SIGNED_IN,
    Row,
    Values,
    anywhere,
    for_accounts,
    open_to_all,
    own,
    per_person,
    per_place,
)
from tests.web.matrix.world import Hand, Place

_SITE = passkeys.Site("https://qihang.example", "启航")


def _reset_link(place: Place) -> Values:
    token = issue_reset_link(actor=place.hand(Role.SECURITY_ADMIN).actor, user=make_account())
    return {"token": token}


def _invitation(place: Place) -> Values:
    employer = place.organization(OrganizationKind.EMPLOYER)
    return {"token": invite(actor=SYSTEM, organization=employer, role=Role.EMPLOYER_USER).path.split("/")[-2]}


def _message(owner: Hand) -> Values:
    return {"public_id": notify(actor=SYSTEM, user=owner.account, title="有一条消息").public_id}


def _passkey(owner: Hand) -> Values:
    user = owner.account
    options, state = passkeys.begin_registration(user=user, site=_SITE)
    passkey, _ = passkeys.finish_registration(
        actor=owner_of(user), user=user, site=_SITE, state=state, answer=Device().create(options), name="我的手机"
    )
    return {"public_id": passkey.public_id}


def _first_step_done(client: Client, hand: Hand) -> None:
    """Somebody with a second factor has given their password in this browser."""
    user = make_account()
    factors.start_totp(actor=owner_of(user), user=user)
    factors.confirm_totp(actor=owner_of(user), user=user, code=code_of(user, -1))
    assert sign_in(client, user, PASSWORD)["Location"] == reverse("sign_in_second")


ROWS = [
    *open_to_all(
        "sign_in",
        "sign_in_passkey",
        "sign_in_sms",
        "sign_in_sms_code",
        "sign_in_counter",
        "sign_in_counter_account",
        "sign_out",
        "forgot",
        "forgot_code",
    ),
    Row(url="sign_in_second", who=anywhere(*EVERYONE), before=_first_step_done),
    Row(url="sign_in_second_options", who=anywhere(*EVERYONE), post={}, before=_first_step_done),
    Row(url="sign_in_passkey_options", who=anywhere(*EVERYONE), post={}),
    # Whoever holds the link gets in: it was given to them.
    Row(url="reset", who=anywhere(*EVERYONE), args=per_place(_reset_link)),
    Row(url="invitation", who=anywhere(*EVERYONE), args=per_place(_invitation)),
    *for_accounts(
        "switch",
        "account",
        "account_phone",
        "account_phone_code",
        "account_email",
        "account_identity",
        "account_password",
        "account_security",
        "account_totp",
        "account_totp_stop",
        "account_recovery_codes",
        "account_passkey_add",
        "account_devices",
        "account_messages",
        "account_notices",
    ),
    Row(url="account_prove_options", who=anywhere(*SIGNED_IN), post={}),
    Row(url="account_passkey_options", who=anywhere(*SIGNED_IN), post={}),
    Row(url="account_devices_sign_out", who=anywhere(*SIGNED_IN), post={}),
    Row(url="account_messages_read", who=anywhere(*SIGNED_IN), post={}),
    Row(url="account_message", who=own(*SIGNED_IN), args=per_person(_message)),
    Row(url="account_passkey_remove", who=own(*SIGNED_IN), args=per_person(_passkey)),
]
