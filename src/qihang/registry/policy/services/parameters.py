"""Changing parameters, with two pairs of hands, and saying which are missing."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NotRequired, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.units import unit_of_work
from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.parameters import By, KeySpec, by_of, by_text
from qihang.registry.policy.engine.values import BadValue, Value, parse_value, value_to_json
from qihang.registry.policy.models import LegalInstrument, Parameter
from qihang.registry.policy.perms import may_set_for
from qihang.registry.policy.words import label_of, place_name
from qihang.registry.policy.workflows import PARAMETER_WORKFLOW

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MissingParameter:
    """A value that a place has to set before its work can go on."""

    spec: KeySpec
    by: By

    @property
    def key(self) -> str:
        """The parameter's key."""
        return self.spec.key

    @property
    def label(self) -> str:
        """What it is, in Chinese, with the discriminator where there is one."""
        return label_of(self.spec, self.by)


def missing_parameters(*, region: str, on: dt.date) -> list[MissingParameter]:
    """Every value that the product may ask for and that no level has set for a place on a day."""
    book = Parameter.objects.book()
    return [
        MissingParameter(spec, by)
        for spec in CATALOGUE.values()
        for by in spec.expected
        if book.lookup(spec.key, region=region, on=on, by=by) is None
    ]


class Proposal(TypedDict):
    """What a person writes down about a value. It names the instrument it comes from, or says in words where else."""

    key: str
    region: str
    valid_from: dt.date
    value: object
    verified: str
    by: NotRequired[Mapping[str, object] | None]
    valid_to: NotRequired[dt.date | None]
    instrument: NotRequired[LegalInstrument | None]
    source: NotRequired[str]
    article: NotRequired[str]
    note: NotRequired[str]


def draft_parameter(*, actor: Actor, **given: Unpack[Proposal]) -> Parameter:
    """A value as it would be proposed, checked but not stored. DomainError names what is wrong, and what is right."""
    spec, region = _spec(given["key"]), given["region"]
    discriminators = _discriminators(spec, given.get("by"))
    _check_place(actor, region)
    first, last = given["valid_from"], given.get("valid_to")
    if last is not None and last < first:
        raise DomainError("截止日不能早于生效日", field="valid_to")
    instrument, source = given.get("instrument"), given.get("source", "").strip()
    if instrument is None and not source:
        raise DomainError("请选文件依据；没有文件的，写明这个值从哪里来", field="instrument")
    return Parameter(
        key=spec.key,
        by=by_text(discriminators),
        region=region,
        valid_from=first,
        valid_to=last,
        value=value_to_json(spec.kind, _value(spec, given["value"])),
        instrument=instrument,
        source="" if instrument else source,
        article=given.get("article", "").strip(),
        verified=given["verified"],
        note=given.get("note", "").strip(),
    )


def propose_parameter(*, actor: Actor, **given: Unpack[Proposal]) -> Parameter:
    """Write down a draft value for another person to confirm. Refuses what `draft_parameter` refuses."""
    return PARAMETER_WORKFLOW.enter(draft_parameter(actor=actor, **given), actor=actor)


def confirm_parameter(*, actor: Actor, parameter: Parameter, comment: str = "") -> Parameter:
    """Put a draft in force, by another person than who proposed it. The value it follows ends the day before.

    DomainError where it would begin before the value it replaces, or leave days after its own end without one.
    """
    _check_place(actor, parameter.region)
    try:
        with unit_of_work(actor), transaction.atomic():
            for before in overlapping(parameter).select_for_update():
                check_follows(before, parameter)
                before.valid_to = parameter.valid_from - _DAY
                before.save(update_fields=["valid_to"])
            return PARAMETER_WORKFLOW.apply(parameter, "confirm", actor=actor, comment=comment)
    except IntegrityError as clash:
        if "parameter_one_value_a_day" not in str(clash):
            raise
        raise DomainError("刚有人给同样的日子设了另一个值，请刷新后再看") from clash


def send_back_parameter(*, actor: Actor, parameter: Parameter, comment: str) -> Parameter:
    """The checker gives a draft back with the reason; whoever mends it proposes it anew."""
    _check_place(actor, parameter.region)
    return PARAMETER_WORKFLOW.apply(parameter, "send_back", actor=actor, comment=comment)


def withdraw_parameter(*, actor: Actor, parameter: Parameter, comment: str) -> Parameter:
    """Take back a draft, or a value in force that an officer asked back: two people, as for putting it in force.

    Decisions made stay as they are.
    """
    _check_place(actor, parameter.region)
    step = "revoke" if parameter.state == "confirmed" else "withdraw"
    return PARAMETER_WORKFLOW.apply(parameter, step, actor=actor, comment=comment)


def ask_parameter_back(*, actor: Actor, parameter: Parameter, comment: str) -> Parameter:
    """An officer finds that a value in force must go; it holds until a checker has taken it back."""
    _check_place(actor, parameter.region)
    asked = {"revoke_asked_on": clock.today()}
    return PARAMETER_WORKFLOW.apply(parameter, "ask_back", actor=actor, comment=comment, fields=asked)


def keep_parameter(*, actor: Actor, parameter: Parameter, comment: str) -> Parameter:
    """The checker finds that a value asked back is right and stays."""
    _check_place(actor, parameter.region)
    return PARAMETER_WORKFLOW.apply(parameter, "keep", actor=actor, comment=comment, fields={"revoke_asked_on": None})


def overlapping(parameter: Parameter) -> QuerySet[Parameter]:
    """The confirmed values of the same key and place that share a day with it, the earliest first."""
    rows = Parameter.objects.confirmed().filter(key=parameter.key, by=parameter.by, region=parameter.region)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=parameter.valid_from))
    if parameter.valid_to is not None:
        rows = rows.filter(valid_from__lte=parameter.valid_to)
    return rows.order_by("valid_from")


def check_follows(before: Parameter, after: Parameter) -> None:
    """DomainError where `after` cannot take over from `before`, a confirmed value that shares a day with it."""
    if before.valid_from >= after.valid_from:
        raise DomainError(
            f"从 {before.valid_from} 起已有生效的值（{before.value_text}），新值要在它之后生效；"
            "它若有错，请复核人先撤回它",
            field="valid_from",
        )
    if after.valid_to is not None and (before.valid_to is None or before.valid_to > after.valid_to):
        raise DomainError(
            f"新值 {after.valid_to} 就截止，之后会没有值。请不填截止日，或先把以后的值也提出来", field="valid_to"
        )


def _check_place(actor: Actor, region: str) -> None:
    if not may_set_for(actor, region):
        own = actor.region_label or actor.region or "空"
        raise NotAllowed(f"您的辖区是{own}，{place_name(region)}的参数不归您办", field="region")


def _spec(key: str) -> KeySpec:
    if key not in CATALOGUE:
        raise DomainError(f"没有“{key}”这个参数", field="key")
    return CATALOGUE[key]


def _discriminators(spec: KeySpec, by: Mapping[str, object] | None) -> By:
    given = by_of(by)
    if {name for name, _ in given} != set(spec.by) or not all(value for _, value in given):
        wanted = "、".join(spec.by)
        raise DomainError(f"“{spec.label}”要按 {wanted} 分开设" if wanted else f"“{spec.label}”不用再细分", field="by")
    return given


def _value(spec: KeySpec, value: object) -> Value:
    try:
        return parse_value(spec.kind, value)
    except BadValue as problem:
        raise DomainError(str(problem), field="value") from problem
