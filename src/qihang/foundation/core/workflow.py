"""The one mechanism for things with states: transitions are data, and one function makes them all."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Generic, NamedTuple, TypeVar

import polars as pl
from django.db import models

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.calendars import CalendarYearMissing, add_working_days
from qihang.foundation.core.copying import copy_frame, copy_objects, insert_frame, update_objects
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.ports import Port
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work

M = TypeVar("M", bound=models.Model)

# Why this one may not, in Chinese, or None.
Guard = Callable[[Any, Actor], str | None]
# The same for many at once, where the answer for all costs no more than for one: id -> why not.
BulkGuard = Callable[[Sequence[Any], Actor], Mapping[int, str]]

# registry.policy registers "working_days": (parameter key, region, day) -> how many, or None when not set.
deadline_days: Port[Callable[[str, str, dt.date], int | None]] = Port("deadline_days")

_LOG_COLUMNS = [field.attname for field in TransitionLog._meta.concrete_fields]

SYSTEM = "system"
ENTER = "enter"


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow. `roles` may make it; system actors only where SYSTEM is among them.

    `needs` are fields that must be filled once it is made; `different_hands_from` names transitions that the same user
    must not have made on the same thing; `deadline` is the parameter that gives the next step its working days; `seal`
    is the one-character stamp a timeline shows for a decision with legal effect.
    """

    name: str
    label: str
    sources: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    guards: tuple[Guard, ...] = ()
    bulk_guards: tuple[BulkGuard, ...] = ()
    needs_comment: bool = False
    needs: tuple[str, ...] = ()
    different_hands_from: tuple[str, ...] = ()
    deadline: str = ""
    seal: str = ""


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What a bulk transition did: the ids that moved, and why each other one did not."""

    done: list[int]
    refused: dict[int, str]


class Refused(DomainError):
    """The thing's state, its facts or the hands before forbid this transition now."""


class _Moved(NamedTuple):
    """A row that makes a step: from which state, in which region, with which comment."""

    pk: int
    source: str
    region: str
    comment: str


_registry: dict[str, "Workflow[Any]"] = {}


def workflow_for(model: type[models.Model]) -> "Workflow[Any]":
    """The workflow of a model. LookupError if it has none."""
    return _registry[model._meta.label_lower]


def all_workflows() -> Iterable["Workflow[Any]"]:
    """Every workflow there is, for the tests that hold each to the rules."""
    return _registry.values()


class Workflow(Generic[M]):
    """The states of `model.<field>` and the transitions between them."""

    def __init__(
        self,
        *,
        model: type[M],
        initial: str,
        enter_label: str,
        enter_roles: tuple[str, ...],
        transitions: tuple[Transition, ...],
        field: str = "state",
    ) -> None:
        self.model = model
        self.field = field
        self.initial = initial
        self.enter_label = enter_label
        self.enter_roles = enter_roles
        self.transitions = transitions
        self.subject: str = model._meta.label_lower
        self._by_name = {item.name: item for item in transitions}
        self.entering = Transition(ENTER, enter_label, ("",), initial, enter_roles)
        if len(self._by_name) != len(transitions):
            raise ValueError(f"{self.subject}: two transitions of one name")
        _registry[self.subject] = self

    def transition(self, name: str) -> Transition:
        """The transition called `name`. LookupError if there is none."""
        return self._by_name[name]

    # -- one thing ---------------------------------------------------------------------------------------------------

    def enter(self, obj: M, *, actor: Actor, comment: str = "") -> M:
        """Save a new thing in its first state and log that. NotAllowed for a wrong role or outside the scope."""
        self.check_role(actor, self.enter_roles, self.enter_label)
        with unit_of_work(actor):
            setattr(obj, self.field, self.initial)
            obj.save(force_insert=True)
            if not self._visible(actor).filter(pk=obj.pk).exists():
                raise NotAllowed(f"这一条不归您的单位或辖区，不能{self.enter_label}")
            self._record(_Moved(obj.pk, "", _region_of(obj, actor), comment), self.entering, actor).save()
        return obj

    def apply(
        self, obj: M, name: str, *, actor: Actor, comment: str = "", fields: Mapping[str, Any] | None = None
    ) -> M:
        """Make one transition: lock the row, check, write, log. `fields` are written with it.

        NotFound outside the actor's scope, NotAllowed for the wrong role or the same hands, Refused for the rest.
        """
        step = self._by_name[name]
        self.check_role(actor, step.roles, step.label)
        with unit_of_work(actor):
            row = self._visible(actor).select_for_update(of=("self",)).filter(pk=obj.pk).first()
            if row is None:
                raise NotFound(_NOT_SEEN)
            source = self._check_source(row, step)
            for key, value in (fields or {}).items():
                setattr(row, key, value)
            self._check(row, step, actor, comment)
            self._move(row, step, fields or {})
            self._record(_Moved(row.pk, source, _region_of(row, actor), comment), step, actor).save()
        _refresh(obj, row)
        return obj

    def available(self, obj: M, actor: Actor) -> list[Transition]:
        """The transitions this actor may make on this thing now, as far as role, state and hands decide."""
        state = getattr(obj, self.field)
        mine = [item for item in self.transitions if state in item.sources and actor.role in item.roles]
        return [item for item in mine if obj.pk not in self._made_before({obj.pk}, item, actor)]

    def possible(self, obj: M, actor: Actor) -> list[Transition]:
        """The available transitions that no guard holds back: what a page offers without a reason beside it."""
        free = [step for step in self.available(obj, actor) if not any(guard(obj, actor) for guard in step.guards)]
        return [step for step in free if not _held_back([obj], step, actor)]

    def history(self, obj: M) -> models.QuerySet[TransitionLog]:
        """What was done to this thing, oldest first."""
        return TransitionLog.objects.filter(subject=self.subject, subject_id=obj.pk)

    # -- many things -------------------------------------------------------------------------------------------------

    def enter_many(self, objects: Sequence[M], *, actor: Actor, comment: str = "") -> int:
        """`enter` for many new things in one transaction, by COPY. The caller has checked the scope."""
        self.check_role(actor, self.enter_roles, self.enter_label)
        with unit_of_work(actor):
            for obj in objects:
                setattr(obj, self.field, self.initial)
            count = copy_objects(objects)
            entered = [_Moved(obj.pk, "", _region_of(obj, actor), comment) for obj in objects]
            self._log_many(entered, self.entering, actor)
        return count

    def enter_frame(self, rows: pl.DataFrame, *, actor: Actor, comment: str = "") -> pl.Series:
        """`enter_many` for what is columnar already (see `copying.insert_frame`); the new ids in order."""
        self.check_role(actor, self.enter_roles, self.enter_label)
        with unit_of_work(actor):
            ids = insert_frame(self.model, rows.with_columns(pl.lit(self.initial).alias(self.field)))
            regions = rows["region_id"].to_list() if "region_id" in rows.columns else [actor.region] * rows.height
            entered = [_Moved(pk, "", region, comment) for pk, region in zip(ids, regions, strict=True)]
            self._log_many(entered, self.entering, actor)
        return ids

    def apply_many(
        self,
        things: Iterable[int] | models.QuerySet[M],
        name: str,
        *,
        actor: Actor,
        comment: str = "",
        comments_by_id: Mapping[int, str] | None = None,
        fields_by_id: Mapping[int, Mapping[str, Any]] | None = None,
    ) -> BulkOutcome:
        """`apply` for many things in one transaction: rows locked in id order, refused ones returned, log by COPY.

        Of things named by their ids those outside the actor's sight are among the refused. `comments_by_id` gives
        rows a comment of their own; `comment` is for the others.
        """
        step = self._by_name[name]
        self.check_role(actor, step.roles, step.label)
        written = fields_by_id or {}
        said = defaultdict(lambda: comment, comments_by_id or {})
        with unit_of_work(actor):
            wanted = things if isinstance(things, models.QuerySet) else list(things)
            rows = self._lock_many(wanted, actor)
            refused = self._refusals(rows, step, actor, said, written)
            if isinstance(wanted, list):
                refused |= dict.fromkeys(set(wanted) - {row.pk for row in rows}, _NOT_SEEN)
            moving = [row for row in rows if row.pk not in refused]
            steps = [
                _Moved(row.pk, str(getattr(row, self.field)), _region_of(row, actor), said[row.pk]) for row in moving
            ]
            self._log_many(steps, step, actor)
            for row in moving:
                setattr(row, self.field, step.target)
            update_objects(moving, [self.field, *sorted({key for values in written.values() for key in values})])
        return BulkOutcome([row.pk for row in moving], refused)

    def _lock_many(self, things: list[int] | models.QuerySet[M], actor: Actor) -> list[M]:
        chosen: Any = things.values("pk") if isinstance(things, models.QuerySet) else things
        wanted = self._visible(actor).filter(pk__in=chosen)
        return list(wanted.order_by("pk").select_for_update(of=("self",)))

    def _refusals(
        self,
        rows: list[M],
        step: Transition,
        actor: Actor,
        said: Mapping[int, str],
        written: Mapping[int, Mapping[str, Any]],
    ) -> dict[int, str]:
        refused: dict[int, str] = {}
        hands = self._made_before({row.pk for row in rows}, step, actor)
        held = _held_back(rows, step, actor)
        for row in rows:
            try:
                self._check_source(row, step)
                for key, value in written.get(row.pk, {}).items():
                    setattr(row, key, value)
                self._check_facts(row, step, actor, said[row.pk], held)
                if row.pk in hands:
                    raise NotAllowed(_SAME_HANDS)
            except DomainError as reason:
                refused[row.pk] = reason.message
        return refused

    # -- checks ------------------------------------------------------------------------------------------------------

    def check_role(self, actor: Actor, roles: tuple[str, ...], label: str) -> None:
        if actor.role not in roles:
            able = "、".join(Role(role).label for role in roles if role in Role.values) or "系统"
            raise NotAllowed(f"“{label}”由{able}办，您现在的岗位不能办")

    def _check_source(self, row: M, step: Transition) -> str:
        source = str(getattr(row, self.field))
        if source not in step.sources:
            raise Refused(
                f"现在是“{self.state_label(source)}”，不能{step.label}。刷新看看是不是别人已经办了", code="state"
            )
        return source

    def _check(self, row: M, step: Transition, actor: Actor, comment: str) -> None:
        self._check_facts(row, step, actor, comment, _held_back([row], step, actor))
        if self._made_before({row.pk}, step, actor):
            raise NotAllowed(_SAME_HANDS)

    def _check_facts(self, row: M, step: Transition, actor: Actor, comment: str, held: Mapping[int, str]) -> None:
        if step.needs_comment and not comment.strip():
            raise Refused(f"{step.label}要写明原因，对方才知道怎么改", code="comment", field="comment")
        if row.pk in held:
            raise Refused(held[row.pk], code="guard")
        for guard in step.guards:
            reason = guard(row, actor)
            if reason:
                raise Refused(reason, code="guard")
        for name in step.needs:
            if getattr(row, name) in (None, ""):
                label = self.model._meta.get_field(name).verbose_name  # type: ignore[union-attr]
                raise Refused(f"还没有填“{label}”", code="missing", field=name)

    def _made_before(self, ids: set[int], step: Transition, actor: Actor) -> set[int]:
        if not step.different_hands_from or actor.user_id is None:
            return set()
        made = TransitionLog.objects.filter(
            subject=self.subject, subject_id__in=ids, transition__in=step.different_hands_from, user_id=actor.user_id
        )
        return set(made.values_list("subject_id", flat=True))

    def _visible(self, actor: Actor) -> models.QuerySet[M]:
        manager: Any = self.model._default_manager
        rows: models.QuerySet[M] = manager.all() if actor.is_system else manager.visible_to(actor)
        return rows

    # -- writing -----------------------------------------------------------------------------------------------------

    def _move(self, row: M, step: Transition, fields: Mapping[str, Any]) -> None:
        setattr(row, self.field, step.target)
        row.save(update_fields=[self.field, *fields])

    def _log_many(self, moved: Sequence[_Moved], step: Transition, actor: Actor) -> None:
        """`_record` for many rows that make one step, column by column."""
        if not moved:
            return
        due = cache(partial(_due_on, step))
        same = self._record(moved[0], step, actor)
        columns: dict[str, Any] = {
            "subject_id": [row.pk for row in moved],
            "source": [row.source for row in moved],
            "comment": [row.comment.strip() for row in moved],
            "due_on": pl.Series([due(row.region) for row in moved], dtype=pl.Date),
        }
        shared = {name: getattr(same, name) for name in _LOG_COLUMNS}
        literals = [pl.lit(value).alias(name) for name, value in shared.items() if name not in {"id", *columns}]
        copy_frame(TransitionLog, pl.DataFrame(columns).with_columns(literals))

    def _record(self, moved: _Moved, step: Transition, actor: Actor) -> TransitionLog:
        return TransitionLog(
            subject=self.subject,
            subject_id=moved.pk,
            transition=step.name,
            label=step.label,
            source=moved.source,
            target=step.target,
            user_id=actor.user_id,
            user_label=actor.user_label,
            organization_id=actor.organization_id,
            organization_label=actor.organization_label,
            role=actor.role,
            region=actor.region,
            comment=moved.comment.strip(),
            at=clock.now(),
            due_on=_due_on(step, moved.region),
        )

    def state_label(self, state: str) -> str:
        """The Chinese name of a state."""
        choices = dict(self.model._meta.get_field(self.field).flatchoices)  # type: ignore[union-attr]
        return str(choices.get(state, state))


_NOT_SEEN = "没有这一条，或者不归您的辖区"


def _held_back(rows: Sequence[Any], step: Transition, actor: Actor) -> dict[int, str]:
    """The rows that a guard of many holds back, each with the first reason."""
    held: dict[int, str] = {}
    for guard in step.bulk_guards:
        held = {**guard(rows, actor), **held}
    return held


_SAME_HANDS = "前一步是您自己办的，这一步要换一个人"


def _region_of(row: models.Model, actor: Actor) -> str:
    return getattr(row, "region_id", None) or actor.region


def _due_on(step: Transition, region: str) -> dt.date | None:
    if not step.deadline or "working_days" not in deadline_days:
        return None
    days = deadline_days.get("working_days")(step.deadline, region, clock.today())
    if days is None:
        return None
    try:
        return add_working_days(clock.today(), days)
    except CalendarYearMissing:
        return None  # an unfilled year gives no date rather than a wrong one; the missing list names the year


def _refresh(obj: models.Model, row: models.Model) -> None:
    """Bring the caller's instance up to the row just written."""
    for column in row._meta.concrete_fields:
        setattr(obj, column.attname, getattr(row, column.attname))
