"""A story of the demo told step by step through the services that people use: what the demo's writing is held to."""

import datetime as dt

import polars as pl

from qihang.delivery.appraisal.score_book import open_sitting, record_scores
from qihang.delivery.appraisal.services import plan_sitting
from qihang.delivery.training.completing import complete_class
from qihang.delivery.training.enrolling import (
    confirm_categories,
    enrol_unsubsidised,
    reject_category,
    waiting_claims,
    withdraw,
)
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.imports.roster import TOO_OLD, WAIVED
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.delivery.training.rosters import commit_roster, open_roster
from qihang.delivery.training.services import (
    approve_class,
    cancel_class,
    draft_class,
    review_class,
    send_back_class,
    submit_class,
)
from qihang.delivery.training.teaching import set_trainers
from qihang.demo.days import later
from qihang.demo.lives import Trainee
from qihang.demo.stories import GONE, MARKS, Story
from qihang.demo.world import World
from qihang.foundation.core import clock
from qihang.foundation.core.copying import copy_objects
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.imports.engine.kinds import CommitRows, Target
from qihang.registry.organizations.models import Membership
from qihang.registry.participants.imports import CATEGORY_UNKNOWN
from qihang.registry.reference.models import Occupation, Region

_ROSTER = {
    "_row": pl.Int64,
    "name": pl.String,
    "identity": pl.String,
    "identity_sex": pl.String,
    "identity_birth": pl.Date,
    "phone": pl.String,
    "education": pl.String,
    "household_region": pl.String,
    "category": pl.String,
    "certificate_no": pl.String,
}
_FIRST_ROW = 4


class Telling:
    """One story, told by every hand on its day."""

    def __init__(self, story: Story, world: World) -> None:
        self.story = story
        self._school = story.plan.school
        self._office = world.offices[story.plan.school.place.office]
        self._station = world.station_for(story.plan.school.place)
        self._by_identity = {one.who.identity: (row, one) for row, one in enumerate(story.trainees)}
        self.item: TrainingClass

    def tell(self) -> None:
        days = self.story.days
        if days.drafted is None:
            return
        self._open()
        if days.enrolled:
            self._hand_in(days.enrolled)
        if days.proved:
            with clock.travel_to(days.proved):
                self._prove()
                self._pay_themselves()
        if days.marked:
            with clock.travel_to(days.marked):
                self._mark()
        if days.completed:
            with clock.travel_to(days.completed):
                complete_class(actor=self._school.clerk, item=self.item)
        self._appraise()

    def _open(self) -> None:
        days = self.story.days
        assert days.drafted
        with clock.travel_to(days.drafted):
            self.item = draft_class(actor=self._school.clerk, fields=self._application())
        if days.submitted:
            with clock.travel_to(days.submitted):
                submit_class(actor=self._school.manager, item=self.item)
        if days.returned:
            with clock.travel_to(days.returned):
                send_back_class(actor=self._office.intake, item=self.item, comment=days.returned_for)
                submit_class(actor=self._school.manager, item=self.item)
        if days.reviewed:
            with clock.travel_to(days.reviewed):
                review_class(actor=self._office.intake, item=self.item)
        if days.approved:
            with clock.travel_to(days.approved):
                approve_class(actor=self._office.approver, item=self.item)
                teacher = Membership.objects.get(pk=self.story.plan.trainer.membership_id)
                set_trainers(actor=self._school.clerk, item=self.item, trainers=[teacher.public_id])
        if days.cancelled:
            with clock.travel_to(days.cancelled):
                cancel_class(actor=self._school.manager, item=self.item, comment="招生不满，并到下一期")

    def _application(self) -> dict[str, object]:
        plan, school = self.story.plan, self._school.organization
        return {
            "name": plan.name,
            "region_id": plan.school.place.code,
            "occupation": Occupation.objects.edition().occupations().get(name=plan.course.occupation),
            "level": plan.course.level,
            "format": plan.format,
            "hours": plan.course.hours,
            "start": plan.start,
            "end": plan.end,
            "appraisal_on": later(plan.end, 3),
            "place": school.address,
            "contact_name": school.contact_name,
            "contact_phone": school.contact_phone.plain(),
            "planned_heads": plan.heads,
        }

    def _hand_in(self, day: dt.date) -> None:
        with clock.travel_to(day), unit_of_work(self._school.clerk):
            target = Target(self._school.clerk, str(self.item.public_id), self.story.plan.start)
            commit_roster(target, self._roster(), open_roster(target))

    def _roster(self) -> CommitRows:
        homes = dict(Region.objects.values_list("code", "full_name"))
        trainees = self.story.trainees
        rows = [
            (
                _FIRST_ROW + at,
                one.who.name,
                one.who.identity,
                one.who.sex,
                one.who.birth,
                one.who.phone,
                one.who.education,
                homes[one.who.region],
                None if one.student else one.who.category,
                None,
            )
            for at, one in enumerate(trainees)
        ]
        frame = pl.DataFrame(rows, schema=_ROSTER, orient="row")
        numbered = list(zip(frame["_row"], trainees, strict=True))
        refusals = {row: [CATEGORY_UNKNOWN.id if one.student else TOO_OLD.id] for row, one in numbered if one.refused}
        kept = pl.col("_row").is_in(list(refusals))
        return CommitRows(
            rows=frame.filter(~kept),
            refused=frame.filter(kept),
            held=frame.clear(),
            confirmed={row: [WAIVED.id] for row, one in numbered if one.waives and row not in refusals},
            refusals=refusals,
        )

    def _prove(self) -> None:
        places = {place.pk: place for place in self._places(EnrolmentState.APPLIED)}
        unproved = [pk for pk, place in places.items() if self._life_of(place).unproved]
        good = [pk for pk, claims in waiting_claims(self.item).items() if claims and pk not in unproved]
        confirm_categories(
            actor=self._office.intake, item=self.item, enrolment_ids=good, public_post=False, comment="看过证件和登记"
        )
        for pk in unproved:
            reject_category(actor=self._office.intake, enrolment=places[pk], reason="登记系统里查不到，请带证明到窗口")

    def _pay_themselves(self) -> None:
        for place in self._places(EnrolmentState.REFUSED):
            if self._life_of(place).pays:
                enrol_unsubsidised(actor=self._school.clerk, enrolment=place, comment="本人愿意自费学")

    def _mark(self) -> None:
        places = self._places(EnrolmentState.ENROLLED)
        with unit_of_work(self._school.clerk):
            copy_objects([mark for place in places for mark in self._marks(place)])
        for place in places:
            if day := self.story.left_on(self._life_of(place)):
                withdraw(actor=self._school.clerk, enrolment=place, on=day, comment="家里有事，来不了")

    def _marks(self, place: Enrolment) -> list[Attendance]:
        row, _ = self._by_identity[place.person.identity_no.plain()]
        marks = zip(self.story.taught, self.story.marks[row], strict=True)
        return [Attendance(enrolment=place, day=day, mark=MARKS[mark]) for day, mark in marks if mark != GONE]

    def _appraise(self) -> None:
        days = self.story.days
        if not (days.planned and days.sits):
            return
        with clock.travel_to(days.planned):
            plan_sitting(
                actor=self._office.intake,
                item=self.item,
                station=self._station.organization,
                on=days.sits,
                place=self._station.organization.address,
            )
        if days.scored:
            target = Target(self._station.clerk, str(self.item.public_id), days.sits)
            with clock.travel_to(days.scored), unit_of_work(self._station.clerk):
                record_scores(target, self._score_book(), open_sitting(target))

    def _score_book(self) -> CommitRows:
        sat = [self._life_of(place) for place in self._places(EnrolmentState.COMPLETED)]
        rows = [(5 + at, one.who.identity, one.theory, one.practice) for at, one in enumerate(sat)]
        schema = {"_row": pl.Int64, "identity": pl.String, "theory": pl.Float64, "practice": pl.Float64}
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        return CommitRows(rows=frame, refused=frame.clear(), held=frame.clear(), confirmed={}, refusals={})

    def _life_of(self, place: Enrolment) -> Trainee:
        return self._by_identity[place.person.identity_no.plain()][1]

    def _places(self, state: str) -> list[Enrolment]:
        rows = Enrolment.objects.filter(training_class=self.item, state=state)
        return list(rows.select_related("person", "training_class").order_by("pk"))
