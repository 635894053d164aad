"""What the files' folder is swept of."""

import itertools
import logging
import time

from qihang.foundation.documents import storage
from qihang.foundation.documents.models import StoredFile
from qihang.foundation.jobs.enums import Cadence
from qihang.foundation.jobs.ports import register_chore

logger = logging.getLogger(__name__)

# Long after any upload has either been recorded or failed.
_UNKNOWN_AFTER_SECONDS = 24 * 60 * 60
_AT_ONCE = 1000


def register() -> None:
    register_chore("documents.sweep", every=Cadence.HOUR)(sweep)


def sweep() -> None:
    """Remove half-written files, and files without a record: what crashes and rolled-back transactions leave."""
    before = time.time() - _UNKNOWN_AFTER_SECONDS
    for part in storage.abandoned_parts(before):
        part.unlink(missing_ok=True)
    ids = storage.stored_ids(before)
    while batch := list(itertools.islice(ids, _AT_ONCE)):
        known = set(StoredFile.objects.filter(public_id__in=batch).values_list("public_id", flat=True))
        for file_id in batch:
            if file_id not in known:
                storage.remove(file_id)
                logger.info("removed %s, a file without a record", file_id)
