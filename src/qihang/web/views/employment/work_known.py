"""What is known of the work of people who completed a class, for several pages to say."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.core.actors import Actor


@dataclass(frozen=True, slots=True)
class Found:
    """Of those who completed, how many have accepted work begun since."""

    completed: int
    working: int

    @property
    def open(self) -> int:
        return self.completed - self.working

    @property
    def words(self) -> str:
        return f"学完 {self.completed} 人，{self.working} 人查到工作"


def with_work(places: QuerySet[Enrolment]) -> QuerySet[Any]:
    """Completed places, each marked `works`: whether accepted work of the person began after its completion."""
    since = WorkSpell.objects.accepted().filter(person=OuterRef("person"), start__gt=OuterRef("completed_on"))
    return places.annotate(works=Exists(since))


def counted(places: QuerySet[Any]) -> Found:
    """Of places from `with_work`."""
    return Found(completed=places.count(), working=places.filter(works=True).count())


def found_of(item: TrainingClass, actor: Actor) -> Found:
    """Of one class."""
    return counted(with_work(Enrolment.objects.visible_to(actor).completed().filter(training_class=item)))
