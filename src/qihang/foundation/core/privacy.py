"""Personal data: encrypted where it lies, found by a keyed index, masked when shown, and each reveal written down."""

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models

from qihang.foundation.core import ciphers
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.keyring import keyring
from qihang.foundation.core.masks import mask

_INDEX_BYTES = 16


class Secret:
    """A personal value. Its text form is masked, so that a page or a log that forgets shows no more than it may."""

    __slots__ = ("_context", "_kind", "_plain", "_stored")

    def __init__(self, *, kind: str, context: str, plain: str | None = None, stored: bytes | None = None) -> None:
        self._kind = kind
        self._context = context
        self._plain = plain
        self._stored = stored

    def plain(self) -> str:
        """The text itself, for a rule or a document. Showing it to a person goes through `reveal`."""
        if self._plain is None:
            self._plain = decrypt(self._stored or b"", self._context)
        return self._plain

    def stored(self) -> bytes:
        """The encrypted bytes as the column holds them."""
        if self._stored is None:
            (self._stored,) = encrypt_many([self._plain or ""], self._context)
        return self._stored

    def __str__(self) -> str:
        return mask(self._kind, self.plain())

    def __repr__(self) -> str:
        return "<Secret>"

    def __bool__(self) -> bool:
        return bool(self.plain())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Secret):
            return self.plain() == other.plain()
        return isinstance(other, str) and self.plain() == other

    def __hash__(self) -> int:
        return hash(self.plain())


def store_many(secrets: Sequence[Secret]) -> None:
    """Encrypt those secrets of one column that are not yet, so that each has its stored bytes."""
    fresh = [secret for secret in secrets if secret._stored is None]
    if not fresh:
        return
    for secret, stored in zip(
        fresh, encrypt_many([secret._plain or "" for secret in fresh], fresh[0]._context), strict=True
    ):
        secret._stored = stored


def encrypt_many(texts: Sequence[str], context: str) -> list[bytes]:
    """Encrypt a column's worth of texts for the column `context` ("app.model.field")."""
    key_id, key = keyring.active("value")
    algorithm = ciphers.ALGORITHMS[settings.ENCRYPTION_ALGORITHM]
    plain = [text.encode() for text in texts]
    return ciphers.encrypt(plain, algorithm=algorithm, key_id=key_id, key=key, context=context.encode())


def decrypt(stored: bytes, context: str) -> str:
    """The text of one stored value of the column `context`."""
    return ciphers.decrypt(stored, key=keyring.key(ciphers.key_id_of(stored)), context=context.encode()).decode()


def index_many(texts: Sequence[str], context: str) -> list[bytes]:
    """The blind index of each text: equal texts of a column give equal bytes, which only the key holder can make."""
    _, key = keyring.active("index")
    base = hmac.new(key, context.encode(), hashlib.sha256)

    def one(text: str) -> bytes:
        digest = base.copy()
        digest.update(b"\0" + text.encode())
        return digest.digest()[:_INDEX_BYTES]

    return [one(text) for text in texts]


def blind_index(model: type[models.Model], field: str, text: str) -> bytes:
    """What `model.field` (a BlindIndexField) holds for `text`, for exact look-up."""
    column: Any = model._meta.get_field(field)
    return bytes(column.index_of(text, model))


@lru_cache
def context_of(label: str, field: str) -> str:
    """The name a value is bound to, so that bytes copied into another column do not decrypt there."""
    return f"{label}.{field}"


def reveal(*, actor: Actor, obj: models.Model, field: str, reason: str) -> str:
    """The plain text of `obj.field` for a person's eyes, written down with the reason. DomainError without one."""
    if not reason.strip():
        raise DomainError("请写明为什么要看", field="reason")
    note_look(actor=actor, obj=obj, field=field, reason=reason)
    secret: Secret = getattr(obj, field)
    return secret.plain()


def note_look(*, actor: Actor, obj: models.Model, field: str, reason: str) -> None:
    """Write down that `actor` looked at somebody's data: behind a mask, or for a person by what they already knew."""
    from qihang.foundation.core.models import RevealLog

    RevealLog.objects.create(
        actor=actor.as_json(), subject=obj._meta.label_lower, subject_id=obj.pk, field=field, reason=reason.strip()
    )
