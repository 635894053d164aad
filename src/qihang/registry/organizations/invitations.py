"""Inviting people into a role: one link, shown once to whoever invites, accepted once by whoever holds it."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction

from qihang.foundation.accounts.actors import owner_of
from qihang.foundation.accounts.errors import Expired
from qihang.foundation.accounts.models import User
from qihang.foundation.accounts.services.accounts import make_account, save_checked
from qihang.foundation.accounts.tokens import digest, new_token
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.models import Invitation, Membership, Organization
from qihang.registry.organizations.perms import IDENTITY_ROLES, invitable_roles
from qihang.registry.organizations.services import check_place, end_membership, identity_number, take_role

ALREADY_SENT = "sent"
_GONE = "这个邀请用过了、撤回了或者过期了。请找邀请您的人再发一个"


@dataclass(frozen=True, slots=True)
class IssuedInvitation:
    """An invitation with the token of its link, which is shown once."""

    invitation: Invitation
    token: str

    @property
    def path(self) -> str:
        """Where the link leads on this site."""
        return f"/invitations/{self.token}/"


def invite(
    *,
    actor: Actor,
    organization: Organization,
    role: str,
    name: str = "",
    region: str | None = None,
    seconds: int | None = None,
    public_id: uuid.UUID | None = None,
) -> IssuedInvitation:
    """Ask somebody to take a role. NotFound outside the actor's sight, NotAllowed for a role not theirs to give.

    A form that may be sent twice brings the `public_id`: the second time is refused with the code ALREADY_SENT.
    """
    if not actor.is_system and not Organization.objects.visible_to(actor).filter(pk=organization.pk).exists():
        raise NotFound("没有这个单位，或者不归您管")
    check_place(organization, role, region)
    _check_may_invite(actor, role, organization.kind)
    token = new_token()
    invitation = Invitation(
        public_id=public_id or uuid.uuid4(),
        organization=organization,
        role=role,
        region_id=region or organization.region_id,
        name=name.strip(),
        digest=_digest(token),
        invited_by=actor.user_label,
        expires_at=_expiry(seconds),
    )
    with unit_of_work(actor):
        _save_once(invitation)
    return IssuedInvitation(invitation, token)


def _save_once(invitation: Invitation) -> None:
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError as fault:
        raise DomainError("这份邀请刚才已经发出去了，没有发第二份", code=ALREADY_SENT) from fault


def change_role(
    *, actor: Actor, membership: Membership, role: str, public_id: uuid.UUID | None = None
) -> IssuedInvitation:
    """The person leaves the role today and is asked to take another one in the same place.

    For whoever may both end the one and invite to the other; NotAllowed for all others, with nothing changed.
    """
    if role == membership.role:
        raise DomainError("现在就是这个岗位，换一个别的", field="role")
    with unit_of_work(actor):
        ended = end_membership(actor=actor, membership=membership)
        return invite(
            actor=actor,
            organization=ended.organization,
            role=role,
            name=ended.user.name,
            region=ended.region_id,
            public_id=public_id,
        )


def renew_invitation(*, actor: Actor, invitation: Invitation, seconds: int | None = None) -> IssuedInvitation:
    """A new link in place of the old one, with its full time."""
    token = new_token()
    with unit_of_work(actor):
        row = _lock_waiting(actor, invitation)
        row.digest = _digest(token)
        row.expires_at = _expiry(seconds)
        row.save(update_fields=["digest", "expires_at"])
    return IssuedInvitation(row, token)


def revoke_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Withdraw an invitation that nobody has accepted."""
    with unit_of_work(actor):
        row = _lock_waiting(actor, invitation)
        row.revoked_at = clock.now()
        row.save(update_fields=["revoked_at"])
    return row


def _lock_waiting(actor: Actor, invitation: Invitation) -> Invitation:
    rows = Invitation.objects.visible_to(actor).select_for_update(of=("self",)).select_related("organization")
    row: Invitation | None = rows.filter(pk=invitation.pk).first()
    if row is None:
        raise NotFound("没有这个邀请，或者不归您的单位")
    _check_may_invite(actor, row.role, row.organization.kind)
    if row.accepted_at or row.revoked_at:
        raise DomainError("这个邀请已经接受或者撤回了，请刷新看看")
    return row


def _check_may_invite(actor: Actor, role: str, kind: str) -> None:
    if role not in invitable_roles(actor, kind):
        raise NotAllowed(f"请人担任“{Role(role).label}”，不由您现在的岗位办")


def _digest(token: str) -> bytes:
    return digest("invitation", token)


def _expiry(seconds: int | None) -> dt.datetime:
    return clock.now() + dt.timedelta(seconds=seconds or settings.INVITATION_SECONDS)


# -- accepting -------------------------------------------------------------------------------------------------------


def find_invitation(token: str) -> Invitation:
    """The open invitation of a token, with its organisation. Expired otherwise."""
    found = Invitation.objects.open().filter(digest=_digest(token))
    invitation: Invitation | None = found.select_related("organization", "region").first()
    if invitation is None:
        raise Expired(_GONE)
    return invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What somebody without an account fills in."""

    login: str
    name: str
    password: str
    identity_no: str = ""


def accept_with_new_account(*, token: str, account: NewAccount) -> Membership:
    """Make an account and take the role. Of two who use one link at once, one gets it; the other is told Expired."""
    invitation = find_invitation(token)
    number = identity_number(account.identity_no) if invitation.role in IDENTITY_ROLES else None
    actor = Actor(user_label=account.name.strip() or invitation.name)
    with unit_of_work(actor):
        _lock_open(invitation)
        user = make_account(
            actor=actor, login=account.login, name=account.name, password=account.password, identity_no=number
        )
        return _accept(actor, invitation, user)


def accept_with_account(*, token: str, user: User, identity_no: str = "") -> Membership:
    """Take the role with the account that is signed in."""
    invitation = find_invitation(token)
    wanted = invitation.role in IDENTITY_ROLES and not user.identity_no
    number = identity_number(identity_no) if wanted else None
    actor = owner_of(user)
    with unit_of_work(actor):
        _lock_open(invitation)
        if number:
            user.identity_no = number
            save_checked(user)
        return _accept(actor, invitation, user)


def _lock_open(invitation: Invitation) -> None:
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if row.accepted_at or row.revoked_at or bytes(row.digest) != bytes(invitation.digest):
        raise Expired(_GONE)


def _accept(actor: Actor, invitation: Invitation, user: User) -> Membership:
    membership = take_role(
        actor=actor,
        user=user,
        organization=invitation.organization,
        role=invitation.role,
        region=invitation.region_id,
    )
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=clock.now(), accepted_by=user)
    return membership
