"""Secrets for one use: made at random, handed out once, kept as keyed digests."""

import secrets
import unicodedata

from qihang.foundation.core.privacy import index_many

_DIGITS = "0123456789"
_DASHES = "-‐‑‒–—―−_"
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # without 0 o 1 l i, which people mix up


def new_token() -> str:
    """A text for a link: 256 bits."""
    return secrets.token_urlsafe(32)


def new_digits(count: int) -> str:
    """A number of `count` digits to be typed in from a message or a printed slip."""
    return "".join(secrets.choice(_DIGITS) for _ in range(count))


def new_letters(count: int) -> str:
    """Letters and digits that look unlike each other, to be kept on paper."""
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def as_meant(typed: str) -> str:
    """A code as somebody typed it: half-width, without the spaces and dashes by which codes are written in groups."""
    plain = unicodedata.normalize("NFKC", typed)
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] not in "ZC" and sign not in _DASHES)


def digest(purpose: str, text: str) -> bytes:
    """What is stored of a secret. Without the installation's key nobody can test a guess against it."""
    return index_many([text], f"accounts.{purpose}")[0]
