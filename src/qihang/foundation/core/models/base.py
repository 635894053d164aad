"""What every stored thing has: an opaque public id, and the day it was written down."""

import uuid
from typing import ClassVar

from django.db import models

from qihang.foundation.core import clock
from qihang.foundation.core.audit import audit_triggers


class BaseModel(models.Model):
    """`id` stays inside; pages and files name a row by `public_id`."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField("登记时间", default=clock.now, editable=False)

    class Meta:
        abstract = True


class AuditedModel(BaseModel):
    """A BaseModel whose every write is recorded with its actor, and refused without one. Subclasses inherit `Meta`.

    `audit_readable` names the columns whose values the reader of the audit trail sees; of all others, save states,
    only that they changed. Nothing that tells of a person's case belongs there.
    """

    audit_readable: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True
        triggers = audit_triggers()
