"""Passkeys (WebAuthn): ceremonies by the fido2 library, credentials in our own table.

A ceremony has two halves; the state between them goes into the visitor's session as it is.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from qihang.foundation.accounts.clients import Client
from qihang.foundation.accounts.enums import Method
from qihang.foundation.accounts.models import Passkey, PasskeyUse, User
from qihang.foundation.accounts.ports import Letter, send
from qihang.foundation.accounts.services.factors import drop_codes_without_factor, first_recovery_codes
from qihang.foundation.accounts.services.sign_in import begin_attempt, ensure_active
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.units import unit_of_work

State = dict[str, Any]
Answer = Mapping[str, Any]

_REFUSED = "这把通行密钥没对上。换一台登记过的设备，或者用密码登录"


@dataclass(frozen=True, slots=True)
class Site:
    """The address that passkeys are bound to: its origin (scheme, host and port) and the name people see."""

    origin: str
    name: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @property
    def can_have_passkeys(self) -> bool:
        """Browsers bind passkeys to names, never to bare network addresses."""
        return not self.host.replace(".", "").isdigit() and ":" not in self.host

    def server(self) -> Fido2Server:
        """The relying party, which accepts answers from exactly this origin."""
        party = PublicKeyCredentialRpEntity(id=self.host, name=self.name)
        return Fido2Server(party, verify_origin=lambda origin: origin == self.origin)


def begin_registration(*, user: User, site: Site) -> tuple[dict[str, Any], State]:
    """What the browser needs to make a passkey, and the state to keep."""
    entity = PublicKeyCredentialUserEntity(id=user.public_id.bytes, name=user.login, display_name=user.name)
    options, state = site.server().register_begin(
        entity,
        credentials=_credentials(user),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), state


def finish_registration(
    *, actor: Actor, user: User, site: Site, state: State, answer: Answer, name: str
) -> tuple[Passkey, list[str]]:
    """Keep the passkey that the browser made. Also recovery codes to be shown once, or [] if there are some."""
    try:
        made = site.server().register_complete(state, answer)
    except (ValueError, KeyError, TypeError):
        raise DomainError("通行密钥没有建成。请再试一次，跟着手机或电脑的提示做") from None
    credential = made.credential_data
    assert credential is not None
    with unit_of_work(actor):
        passkey = _insert(user, credential, answer, name)
        PasskeyUse.objects.create(passkey=passkey, sign_count=made.counter)
        codes = first_recovery_codes(actor=actor, user=user)
        send(
            user,
            Letter(
                "多了一把通行密钥",
                notice=f"您的账号登记了通行密钥“{passkey.name}”。不是您本人加的，请马上删掉并改密码",
            ),
        )
    return passkey, codes


def _insert(user: User, credential: AttestedCredentialData, answer: Answer, name: str) -> Passkey:
    transports = answer.get("response", {}).get("transports", [])
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                user=user,
                name=name.strip() or f"我的第 {user.passkeys.count() + 1} 把",
                credential_id=credential.credential_id,
                credential=bytes(credential),
                transports=[str(way)[:20] for way in transports][:10],
            )
    except IntegrityError:
        raise DomainError("这台设备上的通行密钥已经登记过了", code="exists") from None


def remove_passkey(*, actor: Actor, user: User, public_id: uuid.UUID) -> None:
    """Forget one of the account's passkeys. NotFound if it is not theirs."""
    with unit_of_work(actor):
        passkey = Passkey.objects.select_for_update().filter(user=user, public_id=public_id).first()
        if passkey is None:
            raise NotFound("没有这把通行密钥，可能已经删掉了")
        passkey.delete()
        drop_codes_without_factor(user)
        send(
            user,
            Letter("删了一把通行密钥", notice=f"您的账号删掉了通行密钥“{passkey.name}”。不是您本人删的，请马上改密码"),
        )


def begin_proof(*, site: Site, user: User | None = None) -> tuple[dict[str, Any], State]:
    """What the browser needs to prove a passkey, and the state to keep.

    Without `user` anyone may answer, and the device checks the person (finger, face or screen code): both factors at
    once. With one it is their second step.
    """
    wanted = UserVerificationRequirement.PREFERRED if user else UserVerificationRequirement.REQUIRED
    credentials = _credentials(user) if user else None
    options, state = site.server().authenticate_begin(credentials, user_verification=wanted)
    return dict(options), state


def finish_proof(*, site: Site, state: State, answer: Answer, client: Client, user: User | None = None) -> User:
    """The account whose passkey answered; `user`, when given, must be it. DomainError, Locked or Inactive."""
    owner = _owner_of(answer)
    attempt = begin_attempt(user=owner or user, identifier="passkey", method=Method.PASSKEY, client=client)
    if owner is None or (user and owner != user) or not _verify(site, state, answer, owner):
        attempt.failed(_REFUSED)
        raise DomainError(_REFUSED, code="passkey")
    attempt.succeeded()
    ensure_active(owner, Method.PASSKEY, client)
    return owner


def _owner_of(answer: Answer) -> User | None:
    try:
        credential_id = AuthenticationResponse.from_dict(answer).raw_id
    except (ValueError, KeyError, TypeError):
        return None
    passkey = Passkey.objects.select_related("user").filter(credential_id=credential_id).first()
    return passkey.user if passkey else None


def _verify(site: Site, state: State, answer: Answer, owner: User) -> bool:
    try:
        used = site.server().authenticate_complete(state, _credentials(owner), answer)
    except (ValueError, KeyError, TypeError):
        return False
    counter = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
    return _count(used.credential_id, counter)


def _count(credential_id: bytes, counter: int) -> bool:
    """Whether the signature counter moved on. One that stands still or runs back belongs to a copy."""
    with transaction.atomic():
        use = PasskeyUse.objects.select_for_update().get(passkey__credential_id=credential_id)
        if counter <= use.sign_count and (counter or use.sign_count):
            return False
        use.sign_count = counter
        use.used_at = clock.now()
        use.save()
    return True


def _credentials(user: User) -> list[AttestedCredentialData]:
    stored = Passkey.objects.filter(user=user).values_list("credential", flat=True)
    return [AttestedCredentialData(bytes(item)) for item in stored]
