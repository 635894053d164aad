"""Certificates as subsidies ask for them: the answer to the port `certified`."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from qihang.delivery.appraisal.enums import CertificateState
from qihang.delivery.appraisal.models import Certificate
from qihang.delivery.appraisal.services import revocation_reasons
from qihang.delivery.subsidies.ports import Certified
from qihang.foundation.core.arrays import among


def certificates_of_places(enrolments: Collection[int]) -> Mapping[int, Certified]:
    """The latest certificate of each place; one in force before a revoked one."""
    rows = Certificate.objects.filter(enrolment__in=among(enrolments)).order_by("issued_on", "pk")
    found: dict[int, Certified] = {}
    revoked: dict[int, int] = {}
    for pk, place, issued, number, state in rows.values_list("pk", "enrolment_id", "issued_on", "number", "state"):
        stands = state == CertificateState.ISSUED
        known = found.get(place)
        if stands or known is None or not known.stands:
            found[place] = Certified(issued, number, stands)
            revoked[place] = pk
    reasons = revocation_reasons([revoked[place] for place, paper in found.items() if not paper.stands])
    return {place: replace(paper, revoked_for=reasons.get(revoked[place], "")) for place, paper in found.items()}
