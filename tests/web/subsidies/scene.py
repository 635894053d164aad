"""A class of four: one earned both parts, one waits for work, one has no certificate yet, one pays for himself."""

from dataclasses import dataclass

from qihang.delivery.subsidies.services import settle_class
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.accounts.models import User
from tests.delivery.builders import Cast, ground, make_cast
from tests.delivery.subsidies.builders import Papers, completed_class, contributions


@dataclass(frozen=True)
class Scene:
    cast: Cast
    item: TrainingClass
    places: list[Enrolment]
    papers: Papers

    def user(self, name: str) -> User:
        return User.objects.get(pk=getattr(self.cast, name).user_id)

    def settle(self) -> None:
        settle_class(actor=self.cast.intake, item=self.item)


def make_scene(papers: Papers) -> Scene:
    ground()
    cast = make_cast()
    item, places = completed_class(cast, people=3, places=[{"subsidised": False}])
    papers.issue(places[0], places[1], places[3])
    contributions(cast.intake, (places[0], "202605", "202610"))
    return Scene(cast, item, places, papers)
