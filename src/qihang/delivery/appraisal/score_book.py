"""Keeping the score book: checked against the sitting and its class, written once, corrected by voiding.

The rows are those of the import kind `scores` (see imports).
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

import polars as pl

from qihang.delivery.appraisal.enums import SittingState
from qihang.delivery.appraisal.imports import Points, ScoreRegister
from qihang.delivery.appraisal.models import Certificate, Score, Sitting
from qihang.delivery.appraisal.rules import LEAST_POINTS, may_be_held, may_judge
from qihang.delivery.appraisal.services import issue_many
from qihang.delivery.appraisal.workflows import SITTING_WORKFLOW
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment
from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import copy_objects, update_objects
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.imports.engine.findings import DIFFERS
from qihang.foundation.imports.engine.kinds import SAME, CommitOutcome, CommitRows, Storage, Target
from qihang.foundation.notifications.services import notify_many
from qihang.registry.participants.imports import distinct_identities, name_against_register
from qihang.registry.participants.services import ids_by_identity
from qihang.registry.policy import lookup

_ABSENT = "缺考"


@dataclass(frozen=True)
class SittingRegister:
    """A sitting as its score book is checked against it: who is in the class, who has scores, who a certificate.

    `refused` are the ids of persons who applied for the class and were not let in: no trainees of it.
    """

    sitting: Sitting
    people: Mapping[int, Enrolment]
    refused: frozenset[int]
    scores: Mapping[int, Score]
    holders: frozenset[int]

    def registered_names(self, identities: Collection[str]) -> Mapping[str, str]:
        return {number: row.person.name.plain() for number, row in self.trainees(identities).items()}

    def completed(self, identities: Collection[str]) -> Mapping[str, bool]:
        done = EnrolmentState.COMPLETED
        return {number: row.state == done for number, row in self.trainees(identities).items()}

    def standing(self, identities: Collection[str]) -> Mapping[str, Points]:
        found = ((number, self.scores.get(row.pk)) for number, row in self.trainees(identities).items())
        return {number: points_of(score) for number, score in found if score}

    def standing_numbers(self, identities: Collection[str]) -> Mapping[str, str]:
        known = {number: row.person.identity_no.plain() for number, row in self.trainees(identities).items()}
        return {number: standing for number, standing in known.items() if number != standing}

    def not_let_in(self, identities: Collection[str]) -> Collection[str]:
        found = ids_by_identity(list(identities))
        return [number for number, person in found.items() if person in self.refused]

    def certified(self, identities: Collection[str]) -> Collection[str]:
        return [number for number, row in self.trainees(identities).items() if row.pk in self.holders]

    def trainees(self, identities: Collection[str]) -> dict[str, Enrolment]:
        """Identity number -> the trainee of this class; others are left out."""
        found = ids_by_identity(list(identities))
        return {number: self.people[person] for number, person in found.items() if person in self.people}


def open_sitting(target: Target) -> SittingRegister:
    """The sitting of that class on that day at the actor's station. DomainError says why there is none to write to."""
    mine = Sitting.objects.all() if target.actor.is_system else Sitting.objects.visible_to(target.actor)
    rows = mine.standing().filter(training_class__public_id=_public_id(target.target_id))
    sittings = list(rows.select_related("station", "training_class__organization").order_by("on"))
    if not sittings:
        raise NotFound("这个班没有安排在您的鉴定站鉴定，请核对选的班，或者问县里")
    sitting = next((row for row in sittings if row.on == target.on), None)
    if sitting is None:
        days = "、".join(f"{row.on:%Y-%m-%d}" for row in sittings)
        raise DomainError(
            f"成绩册的鉴定日是 {target.on:%Y-%m-%d}，安排的是 {days}。请改对表里的日期；真换了日子，先改这场鉴定",
            field="on",
        )
    if reason := may_judge(sitting, target.actor):
        raise NotAllowed(reason)
    if reason := may_be_held(sitting, target.actor):
        raise DomainError(reason, code="guard")
    return _register(sitting)


def _public_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound("没有这个班，请核对班的编号") from None


def _register(sitting: Sitting) -> SittingRegister:
    places = Enrolment.objects.filter(training_class=sitting.training_class_id)
    refused = EnrolmentState.REFUSED
    scores = Score.objects.valid().filter(sitting=sitting)
    holders = Certificate.objects.issued().filter(enrolment__training_class=sitting.training_class_id)
    return SittingRegister(
        sitting,
        {row.person_id: row for row in places.exclude(state=refused).select_related("person")},
        frozenset(places.filter(state=refused).values_list("person_id", flat=True)),
        {row.enrolment_id: row for row in scores},
        frozenset(holders.values_list("enrolment_id", flat=True)),
    )


# -- reading rows ---


def _points(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.2f}")


def _rows(rows: pl.DataFrame) -> list[tuple[int, str, Points, str]]:
    """(row number, identity number, points, ticket number) of each row."""
    tickets = rows["ticket_no"].fill_null("") if "ticket_no" in rows.columns else [""] * rows.height
    cells = rows.select("_row", "identity", "theory", "practice").iter_rows()
    return [
        (row, identity, (_points(theory), _points(practice)), ticket)
        for (row, identity, theory, practice), ticket in zip(cells, tickets, strict=True)
    ]


def compare_scores(rows: pl.DataFrame, register: object) -> pl.Series:
    """What differs from the score that stands, part by part; and whose number it is, where the name is another."""
    view = cast(ScoreRegister, register)
    identities = distinct_identities(rows)
    standing = view.standing(identities)
    others = name_against_register(rows, dict(view.registered_names(identities)))
    answers = [
        _noted(_difference(standing[identity], points), other) if identity in standing else None
        for (_, identity, points, _), other in zip(_rows(rows), others, strict=True)
    ]
    return pl.Series(answers, dtype=pl.String)


def _noted(difference: str, other: str | None) -> str:
    return f"{difference}，这个号码登记的是{other}" if other and difference != SAME else difference


def points_of(score: Score) -> Points:
    """What was scored in theory and practice."""
    return score.theory, score.practice


def _difference(was: Points, points: Points) -> str:
    changes = [
        f"{part} {points_words(old)} 改成 {points_words(new)}"
        for part, old, new in zip(("理论", "实操"), was, points, strict=True)
        if old != new
    ]
    return "，".join(changes) or SAME


def points_words(points: Decimal | None) -> str:
    """59.5, 80 or 缺考."""
    return _ABSENT if points is None else f"{points.normalize():f}"


# -- writing ---


def record_scores(target: Target, part: CommitRows, register: object) -> CommitOutcome:
    """Write the scores of a part; those who passed get their certificate in the same transaction.

    The sitting stays locked until the end, so that two uploads of one book do not both write. A trainee who did not
    complete the class gets the certificate, but no subsidy.
    """
    assert isinstance(register, SittingRegister)
    sitting = _locked(register.sitting, target.actor)
    now = _register(sitting)
    written = _write(now, part, target.batch_id)
    passed = [score.enrolment for score in written.scores if score.passed and score.enrolment_id not in now.holders]
    issue_many(actor=target.actor, sitting=sitting, enrolments=passed)
    _tell(target.actor, sitting, written.scores)
    return written.outcome


@dataclass(frozen=True, slots=True)
class _Written:
    scores: Sequence[Score]
    outcome: CommitOutcome


def _locked(sitting: Sitting, actor: Actor) -> Sitting:
    rows = Sitting.objects.select_related("station", "training_class__organization", "region")
    row: Sitting = rows.select_for_update(of=("self",)).get(pk=sitting.pk)
    if row.state == SittingState.PLANNED:
        SITTING_WORKFLOW.apply(row, "hold", actor=actor)
    return row


def _write(register: SittingRegister, part: CommitRows, source_id: str) -> _Written:
    limit = _pass_score(register.sitting)
    trainees = register.trainees(distinct_identities(part.rows))
    fresh: list[Score] = []
    voided: list[Score] = []
    unchanged = 0
    for row, identity, points, ticket in _rows(part.rows):
        trainee = trainees[identity]
        standing = register.scores.get(trainee.pk)
        difference = _difference(points_of(standing), points) if standing else ""
        if difference == SAME:
            unchanged += 1
            continue
        score = _score(register.sitting, trainee, points, ticket, limit)
        score.source_id = source_id or None
        if standing:
            _require_yes(row, part)
            _require_no_certificate(register, score)
            voided.append(_void(standing, difference))
        fresh.append(score)
    update_objects(voided, ["voided_on", "void_reason"])
    copy_objects(fresh)
    return _Written(fresh, CommitOutcome(len(fresh) - len(voided), len(voided), unchanged))


def _pass_score(sitting: Sitting) -> Decimal:
    value = lookup.require(LEAST_POINTS, region=sitting.region_id, on=sitting.on)
    return Decimal(str(value))


def _score(sitting: Sitting, trainee: Enrolment, points: Points, ticket: str, limit: Decimal) -> Score:
    theory, practice = points
    return Score(
        sitting=sitting,
        enrolment=trainee,
        ticket_no=ticket,
        theory=theory,
        practice=practice,
        passed=all(one is not None and one >= limit for one in points),
    )


def _require_yes(row: int, part: CommitRows) -> None:
    if DIFFERS.id not in part.confirmed.get(row, ()):
        raise DomainError(f"第 {row} 行的成绩刚才有人录过，而且不一样，请重新检查这张表", code="stale")


def _require_no_certificate(register: SittingRegister, score: Score) -> None:
    if not score.passed and score.enrolment_id in register.holders:
        raise DomainError(
            f"{score.enrolment.person.name}已凭原来的成绩拿到证书，先请县里撤销证书，再改成绩", code="certified"
        )


def _void(standing: Score, difference: str) -> Score:
    standing.voided_on = clock.today()
    standing.void_reason = f"更正：{difference}"
    return standing


def _tell(actor: Actor, sitting: Sitting, scores: Sequence[Score]) -> None:
    """A message to those of the trainees who have an account."""
    users = User.objects.in_bulk([row.enrolment.person.user_id for row in scores if row.enrolment.person.user_id])
    name = sitting.training_class.name
    texts = {
        True: ("考试（鉴定）过了，证书发了", f"“{name}”的成绩出来了，您合格了。到“我的证书”里可以下载证书。"),
        False: ("考试（鉴定）成绩出来了", f"“{name}”的成绩出来了，这次没有合格。补考的事请问培训学校。"),
    }
    for passed, (title, body) in texts.items():
        those = [users[row.enrolment.person.user_id] for row in scores if row.passed is passed and _has(row, users)]
        if those:
            notify_many(actor=actor, users=those, title=title, body=body)


def _has(score: Score, users: Mapping[int, User]) -> bool:
    return score.enrolment.person.user_id in users


SCORE_STORAGE = Storage(open_register=open_sitting, commit=record_scores, compare=compare_scores)
