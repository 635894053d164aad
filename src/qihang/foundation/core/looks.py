"""Reading who looked at somebody's data (`privacy.note_look`): the auditor all of it, anybody what concerns them."""

import datetime as dt
from collections.abc import Collection, Mapping

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q, QuerySet

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotAllowed
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.roles import Role

# Fields that are no column of the thing looked at.
_OTHER_FIELDS = {"content": "内容"}


def all_looks(
    *, actor: Actor, user_id: int | None = None, since: dt.datetime | None = None, until: dt.datetime | None = None
) -> QuerySet[RevealLog]:
    """Everything that anybody looked at, newest first; of one user, from `since` and before `until`. Auditors only."""
    if actor.role != Role.AUDIT_ADMIN and not actor.is_system:
        raise NotAllowed("查看记录由审计管理员看")
    wanted = Q()
    if user_id is not None:
        wanted &= Q(actor__user_id=user_id)
    if since is not None:
        wanted &= Q(at__gte=since)
    if until is not None:
        wanted &= Q(at__lt=until)
    return RevealLog.objects.filter(wanted).order_by("-id")


def looks_at(things: Mapping[str, Collection[int]]) -> QuerySet[RevealLog]:
    """Who looked at these things (model label -> ids), newest first. The caller has checked whose they are."""
    wanted = Q(pk__in=[])
    for label, ids in things.items():
        wanted |= Q(subject=label, subject_id__in=ids)
    return RevealLog.objects.filter(wanted).order_by("-id")


def what_was_seen(look: RevealLog) -> tuple[str, str]:
    """The kind of thing and the item of it, as people call them: ("人员", "身份证号")."""
    model = apps.get_model(look.subject)
    try:
        item = str(model._meta.get_field(look.field).verbose_name)
    except FieldDoesNotExist:
        item = _OTHER_FIELDS.get(look.field, look.field)
    return str(model._meta.verbose_name), item
