"""One class from application to certificates, each step through its service on its own day by its own hands."""

import datetime as dt
from functools import cache
from random import Random

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
from qihang.delivery.training.enums import AttendanceMark, ClassState, EnrolmentState
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
from qihang.demo.lives import Trainee
from qihang.demo.plans import ClassPlan, teaching_days
from qihang.demo.world import World
from qihang.foundation.core import clock
from qihang.foundation.core.copying import copy_objects
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.imports.engine.kinds import CommitRows, Target
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
_FIRST_ROW = 4  # where the rows of an office's roster begin
_SEND_BACK = ("场地写到门牌号", "联系人电话打不通，请核对", "课时和日期对不上，请改日期")
_DAY = dt.timedelta(days=1)


@cache
def household(code: str) -> str:
    """The full name of a division, as people write where they are registered."""
    return str(Region.objects.values_list("full_name", flat=True).get(code=code))


class ClassStory:
    """The class of a plan and its people, told up to `today`."""

    def __init__(self, random: Random, world: World, plan: ClassPlan, trainees: list[Trainee], today: dt.date) -> None:
        self.plan = plan
        self.trainees = trainees
        self.item: TrainingClass | None = None
        self._random = random
        self._school = plan.school
        self._office = world.offices[plan.school.place.office]
        self._station = world.station_for(plan.school.place)
        self._today = today
        self._by_identity = {one.who.identity: one for one in trainees}

    def tell(self) -> TrainingClass | None:
        """Every step whose day has come; the class as it stands then."""
        if self._open() and self._enrol() and self._teach() and self._complete():
            self._appraise()
        return self.item

    def life_of(self, place: Enrolment) -> Trainee:
        """What becomes of the person of a place."""
        return self._by_identity[place.person.identity_no.plain()]

    # -- opening ---

    def _open(self) -> bool:
        plan, day = self.plan, self.plan.applied
        if day > self._today:
            return False
        with clock.travel_to(day):
            self.item = draft_class(actor=self._school.clerk, fields=self._application())
        day = self._later(day, 1)
        if day > self._today:
            return False
        with clock.travel_to(day):
            submit_class(actor=self._school.manager, item=self.item)
        if plan.sent_back:
            day = self._later(day, 2)
            if day > self._today:
                return False
            with clock.travel_to(day):
                send_back_class(actor=self._office.intake, item=self.item, comment=self._random.choice(_SEND_BACK))
                submit_class(actor=self._school.manager, item=self.item)
        return self._decide(day)

    def _decide(self, day: dt.date) -> bool:
        assert self.item is not None
        for hand, decide in ((self._office.intake, review_class), (self._office.approver, approve_class)):
            day = self._later(day, self._random.randint(1, 3))
            if day > self._today:
                return False
            with clock.travel_to(day):
                decide(actor=hand, item=self.item)
        if self.plan.cancelled:
            with clock.travel_to(self._later(day, 1)):
                cancel_class(actor=self._school.manager, item=self.item, comment="招生不满，并到下一期")
            return False
        return True

    def _application(self) -> dict[str, object]:
        plan, school = self.plan, self._school.organization
        return {
            "name": plan.name,
            "region_id": plan.school.place.code,
            "occupation": Occupation.objects.edition().occupations().get(name=plan.course.occupation),
            "level": plan.course.level,
            "format": plan.format,
            "hours": plan.course.hours,
            "start": plan.start,
            "end": plan.end,
            "appraisal_on": self._later(plan.end, 3),
            "place": school.address,
            "contact_name": school.contact_name,
            "contact_phone": school.contact_phone.plain(),
            "planned_heads": plan.heads,
        }

    # -- people ---

    def _enrol(self) -> bool:
        assert self.item is not None
        day = self._earlier(self.plan.start, self._random.randint(2, 6))
        if day > self._today:
            return False
        with clock.travel_to(max(day, self.item.filed_on or day)), unit_of_work(self._school.clerk):
            target = Target(self._school.clerk, str(self.item.public_id), self.plan.start)
            commit_roster(target, self._roster(), open_roster(target))
        day = self._later(day, 1)
        if day > self._today:
            return False
        with clock.travel_to(day):
            self._prove()
            self._pay_themselves()
        return self.plan.start <= self._today

    def _roster(self) -> CommitRows:
        rows = [
            (
                _FIRST_ROW + at,
                one.who.name,
                one.who.identity,
                one.who.sex,
                one.who.birth,
                one.who.phone,
                one.who.education,
                household(one.who.region),
                None if one.student else one.who.category,
                None,
            )
            for at, one in enumerate(self.trainees)
        ]
        frame = pl.DataFrame(rows, schema=_ROSTER, orient="row")
        numbered = list(zip(frame["_row"], self.trainees, strict=True))
        refusals = {row: [CATEGORY_UNKNOWN.id if one.student else TOO_OLD.id] for row, one in numbered if one.refused}
        kept = pl.col("_row").is_in(list(refusals))
        return CommitRows(
            rows=frame.filter(~kept),
            refused=frame.filter(kept),
            confirmed={row: [WAIVED.id] for row, one in numbered if one.waives and row not in refusals},
            refusals=refusals,
        )

    def _prove(self) -> None:
        """The officer looks at the proofs: most are good, a few people are not what the roster says."""
        assert self.item is not None
        places = {place.pk: place for place in self._places(EnrolmentState.APPLIED)}
        unproved = [pk for pk, place in places.items() if self.life_of(place).unproved]
        good = [pk for pk, claims in waiting_claims(self.item).items() if claims and pk not in unproved]
        confirm_categories(actor=self._office.intake, item=self.item, enrolment_ids=good, comment="看过证件和登记")
        for pk in unproved:
            reject_category(actor=self._office.intake, enrolment=places[pk], reason="登记系统里查不到，请带证明到窗口")

    def _pay_themselves(self) -> None:
        for place in self._places(EnrolmentState.REFUSED):
            if self.life_of(place).pays:
                enrol_unsubsidised(actor=self._school.clerk, enrolment=place, comment="本人愿意自费学")

    # -- teaching ---

    def _teach(self) -> bool:
        """Marks up to yesterday, and those who leave."""
        assert self.item is not None
        places = self._places(EnrolmentState.ENROLLED)
        days = [day for day in self._days() if day < self._today]
        marks = [mark for place in places for mark in self._marks(place, days)]
        with clock.travel_to(min(self._later(self.plan.end, 1), self._today)):
            with unit_of_work(self._school.clerk):
                copy_objects(marks)
            for place in places:
                self._leave(place)
        return self._later(self.plan.end, 1) <= self._today

    def _days(self) -> list[dt.date]:
        count = 1 + sum(1 for at in range((self.plan.end - self.plan.start).days) if self._weekday(at + 1))
        return teaching_days(self.plan.start, count)

    def _weekday(self, offset: int) -> bool:
        return (self.plan.start + offset * _DAY).weekday() < 5

    def _marks(self, place: Enrolment, days: list[dt.date]) -> list[Attendance]:
        life = self.life_of(place)
        gone = None if life.leaves_after is None else self.plan.start + life.leaves_after * _DAY
        there = [day for day in days if gone is None or day <= gone]
        return [Attendance(enrolment=place, day=day, mark=self._mark(life)) for day in there]

    def _mark(self, life: Trainee) -> AttendanceMark:
        if self._random.random() < life.diligence:
            return AttendanceMark.LATE if self._random.random() < 0.03 else AttendanceMark.PRESENT
        return AttendanceMark.LEAVE if self._random.random() < 0.4 else AttendanceMark.ABSENT

    def _leave(self, place: Enrolment) -> None:
        after = self.life_of(place).leaves_after
        on = self.plan.start + (after or 0) * _DAY
        if after is not None and on <= min(clock.today(), self.plan.end):
            withdraw(actor=self._school.clerk, enrolment=place, on=on, comment="家里有事，来不了")

    # -- results ---

    def _complete(self) -> bool:
        assert self.item is not None
        day = self._later(self.plan.end, self._random.randint(1, 3))
        if day > self._today:
            return False
        with clock.travel_to(day):
            complete_class(actor=self._school.clerk, item=self.item)
        return self.item.state == ClassState.COMPLETED

    def _appraise(self) -> None:
        assert self.item is not None
        on = self._later(self.plan.end, self._random.randint(4, 9))
        with clock.travel_to(min(self._later(self.plan.end, 3), self._today)):
            plan_sitting(
                actor=self._office.intake,
                item=self.item,
                station=self._station.organization,
                on=on,
                place=self._station.organization.address,
            )
        day = self._later(on, self._random.randint(2, 8))
        if day > self._today:
            return
        target = Target(self._station.clerk, str(self.item.public_id), on)
        with clock.travel_to(day), unit_of_work(self._station.clerk):
            record_scores(target, self._score_book(), open_sitting(target))

    def _score_book(self) -> CommitRows:
        sat = [self.life_of(place) for place in self._places(EnrolmentState.COMPLETED)]
        rows = [(5 + at, one.who.identity, one.theory, one.practice) for at, one in enumerate(sat)]
        schema = {"_row": pl.Int64, "identity": pl.String, "theory": pl.Float64, "practice": pl.Float64}
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        return CommitRows(rows=frame, refused=frame.clear(), confirmed={}, refusals={})

    # -- parts ---

    def _places(self, state: str) -> list[Enrolment]:
        assert self.item is not None
        rows = Enrolment.objects.filter(training_class=self.item, state=state)
        return list(rows.select_related("person", "training_class").order_by("pk"))

    def _later(self, day: dt.date, days: int) -> dt.date:
        """So many days on, and then the next weekday."""
        day += days * _DAY
        return day + max(0, 7 - day.weekday()) * _DAY if day.weekday() >= 5 else day

    def _earlier(self, day: dt.date, days: int) -> dt.date:
        day -= days * _DAY
        return day - max(0, day.weekday() - 4) * _DAY
