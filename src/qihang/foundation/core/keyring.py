"""Envelope keys: data keys lie wrapped in the database, master keys in a folder only the service can read."""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from django.conf import settings
from django.db import connection, transaction

from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError

_KEY_BYTES = 32


class KeyDestroyed(DomainError):
    """The value's key was destroyed on purpose: what it protected is gone."""


class Keyring:
    """The unwrapped keys this process has met. Data keys never leave memory in the clear."""

    def __init__(self) -> None:
        self._keys: dict[int, bytes] = {}
        self._active: dict[str, int] = {}
        # Keys that this process made in a transaction that has not committed yet, with the hook that waits for it.
        self._unsettled: dict[int, Callable[[], None]] = {}

    def active(self, purpose: str) -> tuple[int, bytes]:
        """Id and bytes of the key that new values of `purpose` use; the first call ever makes it.

        A key made in a transaction that came to nothing is forgotten with it: what it encrypted would be lost.
        """
        key_id = self._active.get(purpose)
        if key_id is None or self._may_be_gone(key_id):
            key_id = self._active[purpose] = _find(purpose) or self._find_or_make(purpose)
        return key_id, self.key(key_id)

    def key(self, key_id: int) -> bytes:
        """The bytes of one key. KeyDestroyed if it was erased."""
        if key_id not in self._keys:
            self._keys[key_id] = self._load(key_id)
        return self._keys[key_id]

    def forget(self) -> None:
        """Drop what is cached, after a rotation or in a test that changed databases."""
        self._keys.clear()
        self._active.clear()

    def make(self, purpose: str) -> int:
        """A new active key; the caller holds the lock of all keys, and keeps the old one from being active."""
        master = newest_master()
        wrapped = aes_key_wrap(master_key(master), os.urandom(_KEY_BYTES))
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_datakey (purpose, master, wrapped, active, created_at)"
                " VALUES (%s, %s, %s, true, %s) RETURNING id",
                [purpose, master, wrapped, clock.now()],
            )
            key_id = int(cursor.fetchone()[0])

        def settle() -> None:
            del self._unsettled[key_id]

        self._unsettled[key_id] = settle
        transaction.on_commit(settle)
        return key_id

    def _load(self, key_id: int) -> bytes:
        with connection.cursor() as cursor:
            cursor.execute("SELECT master, wrapped FROM core_datakey WHERE id = %s", [key_id])
            row = cursor.fetchone()
        if row is None or row[1] is None:
            raise KeyDestroyed("这项资料的密钥已经销毁，内容不能再读出", code="key_destroyed")
        return _unwrapped(row[0], bytes(row[1]))

    def _find_or_make(self, purpose: str) -> int:
        with transaction.atomic():
            _lock_keys()
            return _find(purpose) or self.make(purpose)

    def _may_be_gone(self, key_id: int) -> bool:
        """Whether it was made in another transaction than the open one: rolled back, or another thread's."""
        settle = self._unsettled.get(key_id)
        return settle is not None and all(entry[1] is not settle for entry in connection.run_on_commit)


def _find(purpose: str) -> int | None:
    """The active key. Takes no lock: that would last as long as the caller's transaction, and everybody else waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM core_datakey WHERE purpose = %s AND active", [purpose])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _lock_keys() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('qihang.keys'))")


def newest_master() -> str:
    """The name of the master key that new data keys are wrapped with; made on first use."""
    folder = Path(settings.KEYS_ROOT)
    names = sorted(path.stem for path in folder.glob("master-*.key"))
    return names[-1] if names else make_master("master-0001")


def make_master(name: str) -> str:
    """Write a fresh master key that only its owner can read; an existing one of that name is kept."""
    path = Path(settings.KEYS_ROOT) / f"{name}.key"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return name
    with os.fdopen(handle, "wb") as file:
        file.write(os.urandom(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return name


def master_key(name: str) -> bytes:
    """The bytes of a master key. DomainError when its file is missing: the database alone is not enough."""
    path = Path(settings.KEYS_ROOT) / f"{name}.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DomainError(
            f"主密钥文件 {path.name} 不见了。请从密钥备份放回数据目录的 keys 文件夹", code="no_master"
        ) from None


def _unwrapped(master: str, wrapped: bytes) -> bytes:
    """A data key from under its master key. DomainError for a file that is not the one it was wrapped with."""
    try:
        return aes_key_unwrap(master_key(master), wrapped)
    except (InvalidUnwrap, ValueError) as fault:
        raise DomainError(
            f"主密钥文件 {master}.key 和数据库对不上，可能放回了别处的备份。请找出这套数据自己的密钥备份",
            code="wrong_master",
        ) from fault


def rotate(purpose: str) -> int:
    """Start a new active key for `purpose`; old values stay readable under theirs. An index key never rotates."""
    if purpose == "index":
        raise DomainError("查找用的盲索引密钥不能轮换：换了就找不到旧记录")
    with transaction.atomic(), connection.cursor() as cursor:
        _lock_keys()
        cursor.execute("UPDATE core_datakey SET active = false WHERE purpose = %s AND active", [purpose])
        key_id = keyring.make(purpose)
    keyring.forget()
    return key_id


def rewrap(master: str) -> int:
    """Wrap every living data key anew under `master`; returns how many. Stored values are not touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id, master, wrapped FROM core_datakey WHERE wrapped IS NOT NULL FOR UPDATE")
        rows = cursor.fetchall()
        for key_id, old, wrapped in rows:
            fresh = aes_key_wrap(master_key(master), _unwrapped(old, bytes(wrapped)))
            cursor.execute("UPDATE core_datakey SET master = %s, wrapped = %s WHERE id = %s", [master, fresh, key_id])
    return len(rows)


def destroy(key_id: int) -> None:
    """Erase a retired key for ever, and with it all it encrypted. Refused for a key in use."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_datakey SET wrapped = NULL, destroyed_at = %s WHERE id = %s AND NOT active RETURNING id",
            [clock.now(), key_id],
        )
        if cursor.fetchone() is None:
            raise DomainError("在用的密钥不能销毁，请先轮换")
    keyring.forget()


keyring = Keyring()
