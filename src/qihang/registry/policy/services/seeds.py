"""Loading the values that come with the product. Loading twice adds nothing; what people have set is left alone."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.units import unit_of_work
from qihang.registry.policy.engine.parameters import ParameterRow, by_text
from qihang.registry.policy.engine.values import value_to_json
from qihang.registry.policy.models import LegalInstrument, Parameter
from qihang.registry.policy.seed_files import (
    DEMO,
    SOURCED,
    SeedInstrument,
    SeedParameter,
    seed_instruments,
    seed_parameters,
)
from qihang.registry.policy.workflows import PARAMETER_WORKFLOW

_DAY = dt.timedelta(days=1)
_SEED_ACTOR = Actor.for_system("policy-seed")
Span = tuple[dt.date, dt.date | None]


def load_instruments() -> int:
    """Add the legal instruments that are not there yet; returns how many."""
    known = dict(LegalInstrument.objects.values_list("number", "pk"))
    fresh = [seed for seed in seed_instruments() if seed.number not in known]
    with unit_of_work(_SEED_ACTOR):
        for seed in fresh:
            known[seed.number] = _instrument(seed, known).pk
    return len(fresh)


def load_sourced_parameters() -> int:
    """Put in force the values that have a source, with their marks; returns how many spans were added."""
    return _load(seed_parameters(SOURCED))


def load_demo_parameters() -> int:
    """Put the demo set in force, complete by itself; days that already have a value keep it."""
    return _load(seed_parameters(DEMO))


def _instrument(seed: SeedInstrument, known: dict[str, int]) -> LegalInstrument:
    return LegalInstrument.objects.create(
        number=seed.number,
        title=seed.title,
        issuer=seed.issuer,
        issued_on=seed.issued_on,
        effective_from=seed.effective_from,
        effective_to=seed.effective_to,
        supersedes_id=known.get(seed.supersedes),
        verified=str(seed.verified),
        note=seed.note,
    )


def _load(seeds: Iterable[SeedParameter]) -> int:
    load_instruments()
    loaded = set(Parameter.objects.exclude(seed=None).values_list("seed", flat=True))
    fresh = [seed for seed in seeds if seed.name not in loaded]
    instruments = dict(LegalInstrument.objects.values_list("number", "pk"))
    taken = _taken()
    drafts = [
        _draft(replace(seed.row, valid_from=first, valid_to=last), seed, instruments, part)
        for seed in fresh
        for part, (first, last) in enumerate(_gaps(seed.row, taken.get(_place(seed.row), [])))
    ]
    with unit_of_work(_SEED_ACTOR):
        PARAMETER_WORKFLOW.enter_many(drafts, actor=_SEED_ACTOR, comment="随产品附带")
        outcome = PARAMETER_WORKFLOW.apply_many(
            [draft.pk for draft in drafts], "confirm", actor=_SEED_ACTOR, comment="随产品附带"
        )
    return len(outcome.done)


def _place(row: ParameterRow) -> tuple[str, str, str]:
    return row.spec.key, by_text(row.by), row.region


def _taken() -> dict[tuple[str, str, str], list[Span]]:
    spans: dict[tuple[str, str, str], list[Span]] = {}
    rows = Parameter.objects.confirmed().order_by("valid_from")
    for key, by, region, first, last in rows.values_list("key", "by", "region", "valid_from", "valid_to"):
        spans.setdefault((key, by, region), []).append((first, last))
    return spans


def _gaps(row: ParameterRow, taken: list[Span]) -> list[Span]:
    """The days of a seed that no confirmed value covers yet, as spans."""
    gaps: list[Span] = []
    start, end = row.valid_from, row.valid_to or dt.date.max
    for first, last in taken:
        if first > end or start > end:
            break
        if first > start:
            gaps.append((start, first - _DAY))
        if last is None:
            return gaps
        start = max(start, last + _DAY)
    if start <= end:
        gaps.append((start, row.valid_to))
    return gaps


def _draft(row: ParameterRow, seed: SeedParameter, instruments: dict[str, int], part: int) -> Parameter:
    known = row.source in instruments
    return Parameter(
        key=row.spec.key,
        by=by_text(row.by),
        region=row.region,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        value=value_to_json(row.spec.kind, row.value),
        instrument_id=instruments.get(row.source),
        source="" if known else row.source,
        article=row.article,
        verified=str(row.verified),
        note=seed.note,
        seed=f"{seed.name}/{part}" if part else seed.name,
    )
