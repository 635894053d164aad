"""What every button of a file has in common: sent by POST, the outcome said on the file's page."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.imports import services
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.perms import kind_of, require_may_import
from qihang.web.navigation import actor_of

Act = Callable[[Actor, ImportBatch], str]


def act(request: HttpRequest, public_id: uuid.UUID, do: Act, *, level: int = messages.INFO) -> HttpResponse:
    """Do it and go to the file's page, which tells what `do` answered, or why it was refused.

    Read by GET (somebody who signed in again on the way), it only leads to that page.
    """
    actor = actor_of(request)
    batch = services.get_batch(actor=actor, public_id=str(public_id))
    require_may_import(actor, kind_of(batch.kind))
    if request.method == "POST":
        try:
            said = do(actor, batch)
        except (NotAllowed, NotFound):
            raise
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            if said:
                messages.add_message(request, level, said)
    return HttpResponseRedirect(batch_address(request, batch))


def batch_address(request: HttpRequest, batch: ImportBatch) -> str:
    """The file's page at the rows and the finding that the reader was at."""
    kept = {name: request.POST[name] for name in ("view", "at") if request.POST.get(name)}
    if "at" in kept:
        kept["cell"] = kept.pop("at")
    query = f"?{urlencode(kept)}#finding-t" if kept else ""
    return reverse("import_batch", args=[batch.public_id]) + query
