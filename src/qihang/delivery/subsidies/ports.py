"""What subsidies ask of the apps that know results."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from qihang.foundation.core.ports import Port


@dataclass(frozen=True, slots=True)
class Certified:
    """The latest certificate of a place in a class; `stands` is false for one that was revoked, `revoked_for` says why."""

    certified_on: dt.date
    certificate_no: str
    stands: bool = True
    revoked_for: str = ""


# "certificates": (enrolment ids) -> the certificate of each that has one. In bulk: no query a row.
CertificatesOf = Callable[[Collection[int]], Mapping[int, Certified]]
certified: Port[CertificatesOf] = Port("certified")


def certificates_of(enrolments: Collection[int]) -> Mapping[int, Certified]:
    """By enrolment id; none where nobody keeps certificates."""
    return certified.get("certificates")(enrolments) if "certificates" in certified else {}
