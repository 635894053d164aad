"""Stored files: the proof that a training institution handed in."""

from qihang.foundation.core import clock
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.roles import Role
from qihang.foundation.documents.access import EVIDENCE
from qihang.foundation.documents.querysets import REVIEWERS
from qihang.foundation.documents.services import store_file, submit_evidence
from tests.foundation.documents.conftest import pdf
from tests.web.matrix.rows import Row, Values, own, per_place, region
from tests.web.matrix.world import Place


def _evidence(place: Place) -> Values:
    clerk = place.hand(Role.PROVIDER_CLERK)
    file = store_file(actor=clerk.actor, purpose=EVIDENCE, name="劳动合同.pdf", content=pdf())
    submit_evidence(
        actor=clerk.actor,
        subject=clerk.account,
        kind=EvidenceType.CONTRACT,
        region=place.region,
        issued_on=clock.today(),
        issuer="海口某餐饮公司",
        file=file,
    )
    return {"public_id": file.public_id}


_SCHOOL = (Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER)

ROWS = [Row(url="files:download", who=own(*_SCHOOL) | region(*REVIEWERS), args=per_place(_evidence))]
