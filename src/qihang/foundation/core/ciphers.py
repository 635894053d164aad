"""Authenticated encryption of single values. Each stored value names its algorithm and key, so both may change.

Layout: version (1 byte) | algorithm (1) | key id (4, big-endian) | nonce (12) | ciphertext and tag (16).
"""

import os
import struct
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = 1
_HEADER = struct.Struct(">BBI")
_NONCE = 12
_TAG = 16

AES_256_GCM = 1
SM4_GCM = 2
ALGORITHMS = {"aes-256-gcm": AES_256_GCM, "sm4-gcm": SM4_GCM}


class Undecipherable(Exception):
    """The value was changed, or belongs to another column or key."""


def encrypt(texts: Sequence[bytes], *, algorithm: int, key_id: int, key: bytes, context: bytes) -> list[bytes]:
    """Encrypt each of `texts` under `key` (32 bytes; SM4 uses the first 16), bound to `context`."""
    seal = _sealer(algorithm, key)
    head = _HEADER.pack(_VERSION, algorithm, key_id)
    nonces = os.urandom(_NONCE * len(texts))
    return [
        head + nonces[at : at + _NONCE] + seal(nonces[at : at + _NONCE], text, context)
        for at, text in zip(range(0, len(nonces), _NONCE), texts, strict=True)
    ]


def key_id_of(stored: bytes) -> int:
    """The id of the data key that a stored value was encrypted under. Undecipherable for what is no such value."""
    return _head(stored)[1]


def decrypt(stored: bytes, *, key: bytes, context: bytes) -> bytes:
    """The text of `stored`. Undecipherable if it was changed, or is not of this key and context."""
    algorithm, _ = _head(stored)
    nonce = stored[_HEADER.size : _HEADER.size + _NONCE]
    body = stored[_HEADER.size + _NONCE :]
    try:
        return _opener(algorithm, key)(nonce, body, context)
    except InvalidTag as fault:
        raise Undecipherable("the value does not match its key") from fault


def _head(stored: bytes) -> tuple[int, int]:
    """(algorithm, key id) of a value that is whole as far as its length and its first bytes tell."""
    if len(stored) < _HEADER.size + _NONCE + _TAG:
        raise Undecipherable("the value was cut short")
    version, algorithm, key_id = _HEADER.unpack_from(stored)
    if version != _VERSION or algorithm not in ALGORITHMS.values():
        raise Undecipherable(f"unknown version {version} or algorithm {algorithm}")
    return int(algorithm), int(key_id)


def _sealer(algorithm: int, key: bytes) -> Callable[[bytes, bytes, bytes], bytes]:
    if algorithm == AES_256_GCM:
        return AESGCM(key).encrypt

    def seal(nonce: bytes, text: bytes, context: bytes) -> bytes:
        encryptor = Cipher(algorithms.SM4(key[:16]), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(context)
        return encryptor.update(text) + encryptor.finalize() + encryptor.tag

    return seal


def _opener(algorithm: int, key: bytes) -> Callable[[bytes, bytes, bytes], bytes]:
    if algorithm == AES_256_GCM:
        return AESGCM(key).decrypt

    def unseal(nonce: bytes, body: bytes, context: bytes) -> bytes:
        decryptor = Cipher(algorithms.SM4(key[:16]), modes.GCM(nonce, body[-_TAG:])).decryptor()
        decryptor.authenticate_additional_data(context)
        return decryptor.update(body[:-_TAG]) + decryptor.finalize()

    return unseal
