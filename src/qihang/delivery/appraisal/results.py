"""Where one trainee stands with the appraisal: what they scored, what is ahead, and how long they may sit again."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from qihang.delivery.appraisal.enums import SittingState
from qihang.delivery.appraisal.models import Score, Sitting
from qihang.delivery.appraisal.rules import LEAST_POINTS, last_day_if_set
from qihang.delivery.appraisal.workflows import SITTING_WORKFLOW
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.actors import Actor
from qihang.registry.policy import lookup

PARTS = ("理论", "实操")


@dataclass(frozen=True, slots=True)
class Result:
    """One trainee's points in one sitting; a part without points was missed. `least` is the pass score of its day."""

    on: dt.date
    theory: Decimal | None
    practice: Decimal | None
    passed: bool
    least: Decimal | None

    @property
    def points(self) -> tuple[tuple[str, Decimal | None], ...]:
        return tuple(zip(PARTS, (self.theory, self.practice), strict=True))

    @property
    def absent(self) -> bool:
        """Whether they came to neither part."""
        return all(points is None for _, points in self.points)

    @property
    def missed(self) -> list[str]:
        """The parts that they did not come to."""
        return [part for part, points in self.points if points is None]

    @property
    def below(self) -> list[str]:
        """The parts in which they scored too little; [] where nobody has set how much is enough."""
        least = self.least
        return [] if least is None else [part for part, points in self.points if points is not None and points < least]


@dataclass(frozen=True, slots=True)
class Examination:
    """A trainee's appraisal. `results` newest first; `ahead` has no scores yet; `last_day` is the last to sit on.

    `moved`: whether the one ahead stood on another day or in another place. `called_off`: the latest one, where none
    followed. `unlisted`: the latest that was held, where its book says nothing of this trainee.
    """

    results: tuple[Result, ...] = ()
    ahead: Sitting | None = None
    moved: bool = False
    called_off: Sitting | None = None
    unlisted: Sitting | None = None
    last_day: dt.date | None = None

    @property
    def latest(self) -> Result | None:
        return self.results[0] if self.results else None

    @property
    def passed(self) -> Result | None:
        """The result that passed, the latest where there were several."""
        return next((result for result in self.results if result.passed), None)


def examination_of(*, actor: Actor, place: Enrolment) -> Examination:
    """The appraisal of one place, within the actor's sight."""
    sittings = list(Sitting.objects.visible_to(actor).filter(training_class=place.training_class_id).order_by("-on"))
    scores = Score.objects.visible_to(actor).valid().filter(enrolment=place).select_related("sitting")
    listed = {score.sitting_id: score for score in scores}
    ahead = next((one for one in sittings if one.state == SittingState.PLANNED), None)
    newest = max(sittings, key=lambda one: one.pk, default=None)
    held = next((one for one in sittings if one.state == SittingState.HELD), None)
    return Examination(
        results=tuple(_result(listed[one.pk]) for one in sittings if one.pk in listed),
        ahead=ahead,
        moved=ahead is not None and SITTING_WORKFLOW.history(ahead).filter(transition="move").exists(),
        called_off=newest if newest is not None and newest.state == SittingState.CANCELLED else None,
        unlisted=held if held is not None and held.pk not in listed else None,
        last_day=last_day_if_set(place.training_class),
    )


def _result(score: Score) -> Result:
    sitting = score.sitting
    found = lookup.find(LEAST_POINTS, region=sitting.region_id, on=sitting.on)
    return Result(sitting.on, score.theory, score.practice, score.passed, Decimal(str(found.value)) if found else None)
