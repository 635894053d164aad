"""A person's place in a class with all that came of it, read once for the pages that tell of it."""

from dataclasses import dataclass, field

from qihang.delivery.appraisal.enums import CertificateState
from qihang.delivery.appraisal.models import Certificate
from qihang.delivery.appraisal.results import Examination, examination_of
from qihang.delivery.appraisal.rules import may_still_sit
from qihang.delivery.appraisal.services import revocation_reason
from qihang.delivery.training.deciding import SOURCE
from qihang.delivery.training.enums import ClassState, EnrolmentState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.said import Said, said_of
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.registry.benefits.services import GivenBack, given_back_of
from qihang.web.views.employment.own_work import OwnWork, own_work

# Who was refused or left is examined in nothing.
_EXAMINED = (EnrolmentState.ENROLLED, EnrolmentState.COMPLETED, EnrolmentState.NOT_COMPLETED)


@dataclass(frozen=True, slots=True)
class Way:
    """A place with its appraisal, certificate (or the one revoked, and why), work, and benefit if it was given back."""

    place: Enrolment
    exam: Examination = field(default_factory=Examination)
    certificate: Certificate | None = None
    revoked: Certificate | None = None
    revoked_for: str = ""
    work: OwnWork = field(default_factory=OwnWork)
    back: GivenBack | None = None
    said: tuple[Said, ...] = ()

    @property
    def item(self) -> TrainingClass:
        return self.place.training_class

    @property
    def state(self) -> EnrolmentState:
        return EnrolmentState(self.place.state)

    @property
    def over(self) -> bool:
        """Whether the last lesson is past."""
        return clock.today() > self.item.end

    @property
    def closed(self) -> bool:
        """Whether the list of the class no longer changes, so that no refusal can be taken up again."""
        return self.item.state in {ClassState.COMPLETED, ClassState.CANCELLED}

    @property
    def may_sit_again(self) -> bool:
        """Whether the last day to be examined has not passed."""
        return may_still_sit(self.exam.last_day)


def places_of(actor: Actor) -> list[Enrolment]:
    """The person's places in classes, latest class first."""
    rows = Enrolment.objects.visible_to(actor).select_related(
        "decision__basis", "training_class__organization", "training_class__occupation", "training_class__region"
    )
    return list(rows.order_by("-training_class__start", "-pk"))


def way_of(actor: Actor, place: Enrolment) -> Way:
    """What came of a place of the acting person."""
    papers = list(Certificate.objects.visible_to(actor).filter(enrolment=place).order_by("-pk"))
    issued = next((paper for paper in papers if paper.state == CertificateState.ISSUED), None)
    revoked = papers[0] if papers and issued is None else None
    back = given_back_of(actor=actor, source_kind=SOURCE, source_ref=str(place.public_id))
    return Way(
        place,
        exam=examination_of(actor=actor, place=place) if place.state in _EXAMINED else Examination(),
        certificate=issued,
        revoked=revoked,
        revoked_for=revocation_reason(revoked) if revoked else "",
        work=own_work(actor),
        back=back[0] if back else None,
        said=tuple(said_of(place)),
    )
