"""Stored files, handed to whom their purpose lets."""

from typing import Final
from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_GET

from qihang.foundation.core.errors import NotFound
from qihang.foundation.documents.enums import DOCUMENTS, IMAGES
from qihang.foundation.documents.models import StoredFile
from qihang.foundation.documents.services import open_file
from qihang.web.csp import HEADER as POLICY
from qihang.web.navigation import actor_of

# What a browser may show in its own window instead of saving; everything else is saved, whatever the address asks for.
_SHOWN: Final = IMAGES | DOCUMENTS
_HEADERS: Final = {
    # Personal papers stay in no cache, neither the browser's nor one on the way.
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Whatever the file holds, it runs nothing and fetches nothing in our name.
    POLICY: "default-src 'none'; frame-ancestors 'none'; sandbox",
}


@require_GET
def download(request: HttpRequest, public_id: UUID) -> FileResponse:
    """The file, to save or (`?show`) to look at. 404 where it is not there or not for this reader: both look the same.

    That it was opened is written down (documents.services.open_file).
    """
    file = StoredFile.objects.filter(public_id=public_id).first()
    if file is None:
        raise NotFound("没有这个文件，或者不归您看")
    content = open_file(actor=actor_of(request), file=file)
    return FileResponse(
        content,
        as_attachment=not ("show" in request.GET and file.kind in _SHOWN),
        filename=file.name.plain(),
        content_type=file.content_type,
        headers=_HEADERS,
    )
