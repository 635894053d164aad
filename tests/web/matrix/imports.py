"""Files on their way in: what a training institution sends."""

import datetime as dt

from qihang.delivery.training.services import draft_class
from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.foundation.imports.services import preview
from qihang.foundation.imports.workflows import IMPORTERS
from tests.delivery.builders import SAMPLES, class_fields
from tests.factories import make_region
from tests.web.matrix.rows import Row, Values, anywhere, own, per_place
from tests.web.matrix.world import Place

_SENDERS = (Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER)
_SAMPLE = SAMPLES / "创业跟踪回访登记表.xlsx"


def _class(place: Place) -> Values:
    start = clock.today() + dt.timedelta(days=30)
    fields = class_fields(region=make_region(place.region), start=start, end=start + dt.timedelta(days=18))
    item = draft_class(actor=place.hand(Role.PROVIDER_CLERK).actor, fields=fields)
    return {"kind": "roster", "target": str(item.public_id)}


def _kind(place: Place) -> Values:
    return {"kind": "roster"}


def _batch(place: Place) -> Values:
    clerk = place.hand(Role.PROVIDER_CLERK).actor
    batch, _ = preview(actor=clerk, kind="followups", name=_SAMPLE.name, content=_SAMPLE.read_bytes())
    return {"public_id": batch.public_id}


def _act(url: str, **post: str) -> Row:
    return Row(url=f"import_{url}", who=own(*_SENDERS), args=per_place(_batch), post=post)


ROWS = [
    Row(url="import_list", who=anywhere(*IMPORTERS)),
    Row(url="import_template", who=anywhere(*_SENDERS), args=per_place(_kind)),
    Row(url="import_start", who=own(*_SENDERS), args=per_place(_class)),
    Row(url="import_batch", who=own(*_SENDERS), args=per_place(_batch)),
    Row(url="import_job", who=own(*_SENDERS), args=per_place(_batch)),
    Row(url="import_marked", who=own(*_SENDERS), args=per_place(_batch)),
    _act("correct", cell="B4", text="某店"),
    _act("undo", cell="B4"),
    _act("confirm", cell="B4"),
    _act("take_back", cell="B4"),
    _act("leave_out", row="4"),
    _act("take_in", row="4"),
    _act("reveal", cell="B4"),
    _act("commit"),
    _act("discard"),
    _act("check"),
    _act("stop"),
    _act("resume"),
    _act("back"),
]
