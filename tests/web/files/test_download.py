"""Stored files over HTTP: to whom, as what, and kept by nobody on the way."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import FileResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.keyring import keyring
from qihang.foundation.core.models import RevealLog
from qihang.foundation.documents import storage
from qihang.foundation.documents.enums import FileKind, Retention
from qihang.foundation.documents.models import StoredFile
from qihang.foundation.documents.ports import file_access, file_purposes, register_purpose
from qihang.foundation.documents.sealing import CHUNK
from qihang.foundation.documents.services import erase_file, store_file
from qihang.web.views.files.views import download

pytestmark = pytest.mark.django_db

OWNER = Actor(user_id=7, user_label="符晓", role="provider_clerk", organization_id=3, region="460108")
STRANGER = Actor(user_id=8, user_label="林志远", role="provider_clerk", organization_id=4, region="460108")
SECURITY = Actor(user_id=11, user_label="安全员", role="security_admin")
PURPOSE = "tests.download"
PDF = b"%PDF-1.7\nbody\n%%EOF\n"
TABLE = "姓名,单位\n".encode() * 40_000


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Closing an answer ends its request, and with it the connection that the test still needs."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


@pytest.fixture(autouse=True)
def _setting(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.FILES_ROOT = tmp_path / "files"
    settings.KEYS_ROOT = tmp_path / "keys"
    keyring.forget()
    register_purpose(
        PURPOSE,
        label="样子",
        kinds=FileKind,
        max_bytes=10_000_000,
        retention=Retention.SHORT,
        access=lambda actor, file: actor.organization_id == 3,
    )
    yield
    file_purposes._handlers.pop(PURPOSE)
    file_access._handlers.pop(PURPOSE)
    keyring.forget()


def store(content: bytes = PDF, name: str = "王秀兰的合同.pdf") -> StoredFile:
    return store_file(actor=OWNER, purpose=PURPOSE, name=name, content=content)


def get(file: StoredFile | uuid.UUID, query: str = "", actor: Actor | None = OWNER) -> FileResponse:
    public_id = file if isinstance(file, uuid.UUID) else file.public_id
    request = RequestFactory().get(reverse("files:download", args=[public_id]) + query)
    if actor is not None:
        request.actor = actor  # type: ignore[attr-defined]
    response = download(request, public_id=public_id)
    assert isinstance(response, FileResponse)
    return response


def body(response: FileResponse) -> bytes:
    content: bytes = response.getvalue()
    response.close()
    return content


def test_the_file_comes_as_it_was_stored_and_that_is_written_down() -> None:
    file = store(TABLE, "名单.csv")
    assert file.size > 2 * CHUNK
    response = get(file)
    assert body(response) == TABLE
    assert response["Content-Length"] == str(len(TABLE))
    log = RevealLog.objects.get()
    assert (log.subject, log.subject_id, log.actor["user_label"]) == ("documents.storedfile", file.pk, "符晓")


def test_it_is_saved_under_its_own_name_and_kept_in_no_cache() -> None:
    response = get(store())
    response.close()
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('王秀兰的合同.pdf')}"
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("content", "name", "disposition"),
    [(PDF, "合同.pdf", "inline"), (TABLE, "名单.csv", "attachment")],
)
def test_papers_and_pictures_may_be_looked_at_tables_are_saved(content: bytes, name: str, disposition: str) -> None:
    response = get(store(content, name), "?show")
    response.close()
    assert response["Content-Disposition"].startswith(disposition)


@pytest.mark.parametrize("actor", [STRANGER, SECURITY, Actor(), None], ids=["other", "admin", "nobody", "unknown"])
def test_who_may_not_open_it_sees_the_same_as_for_a_file_that_is_not_there(actor: Actor | None) -> None:
    with pytest.raises(NotFound) as refused:
        get(store(), actor=actor)
    with pytest.raises(NotFound) as missing:
        get(uuid.uuid4(), actor=actor)
    assert refused.value.message == missing.value.message
    assert not RevealLog.objects.exists()


def test_a_destroyed_or_damaged_file_says_so() -> None:
    file = store()
    storage.remove(file.public_id)
    with pytest.raises(DomainError, match="备份"):
        get(file)
    file = erase_file(actor=SECURITY, file=store(), reason="保存期满")
    with pytest.raises(DomainError, match="销毁"):
        get(file)


def test_only_signed_in_readers_come_this_far(client: Client) -> None:
    response = client.get(reverse("files:download", args=[store().public_id]))
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")


def test_nothing_is_posted_here() -> None:
    response = download(RequestFactory().post("/"), public_id=uuid.uuid4())
    assert response.status_code == 405
