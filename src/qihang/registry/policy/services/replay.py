"""Deciding stored decisions again: by what they rested on, as proof; by today's or supposed values, to compare."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl
from django.db.models import F, TextField
from django.db.models.functions import Cast

from qihang.foundation.core.errors import DomainError
from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.evaluation import decide, decide_by_bases
from qihang.registry.policy.engine.parameters import By, KeySpec, by_from_text
from qihang.registry.policy.engine.rules import AMOUNT_FEN, ELIGIBLE, Rule
from qihang.registry.policy.engine.values import BadValue, Value, parse_value
from qihang.registry.policy.models import Decision, DecisionBasis
from qihang.registry.policy.querysets import DecisionQuerySet
from qihang.registry.policy.rules import NoRule, rule_of_version
from qihang.registry.policy.services.decisions import book_for, rule_of, yuan
from qihang.registry.policy.stored import BASIS_COLUMNS, basis_digest, facts_from_text, marks_of

Override = tuple[KeySpec, By | None, Value]
_CHUNK = 100_000
_COLUMNS: dict[str, Any] = {
    "id": pl.Int64,
    "public_id": pl.String,
    "on": pl.Date,
    "region": pl.String,
    "basis_id": pl.Int64,
    "facts": pl.String,
    "marks": pl.String,
    "eligible": pl.Boolean,
    "amount": pl.Decimal(14, 2),
    "benefit": pl.String,
}
# What reading facts or parameters raises that are not as they were written.
_UNREADABLE = (pl.exceptions.PolarsError, LookupError, ValueError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a decision says: whether, and how much."""

    eligible: bool | None
    amount: Decimal | None

    def as_json(self) -> dict[str, Any]:
        """As the command surface prints it."""
        return {"eligible": self.eligible, "amount": None if self.amount is None else f"{self.amount:.2f}"}


@dataclass(frozen=True, slots=True)
class Changed:
    """One decision that would now be another."""

    id: str
    was: Answer
    now: Answer


@dataclass(frozen=True, slots=True)
class Replay:
    """How a benefit's standing decisions of a span compare with what the rules and values at hand make of them."""

    decisions: int
    changed: list[Changed]
    amount_was: Decimal
    amount_now: Decimal

    def as_json(self) -> dict[str, Any]:
        """As the command surface prints it."""
        return {
            "decisions": self.decisions,
            "same": self.decisions - len(self.changed),
            "changed": [
                {"id": item.id, "was": item.was.as_json(), "now": item.now.as_json()} for item in self.changed
            ],
            "amount_was": f"{self.amount_was:.2f}",
            "amount_now": f"{self.amount_now:.2f}",
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """One stored answer that its own facts and parameters do not give.

    `fields` names what differs; "facts" or "basis" where these can no longer be read.
    """

    id: str
    fields: list[str]


@dataclass(frozen=True, slots=True)
class Verification:
    """What recomputing found: how many were recomputed, which differ, which rule editions are gone, and the digests of
    the bases that are no longer as they were written.
    """

    decisions: int
    differences: list[Difference]
    unknown_versions: list[str]
    changed_bases: list[str]

    @property
    def holds(self) -> bool:
        """Whether every stored decision recomputes to itself, from what it was made from."""
        return not (self.differences or self.unknown_versions or self.changed_bases)


def parse_override(text: str) -> Override:
    """A what-if from `KEY=VALUE`, or `KEY[level=5]=VALUE` for one discriminator only. DomainError if it is neither."""
    name, found, value = text.rpartition("]=") if "[" in text else text.partition("=")
    key, _, inner = name.partition("[")
    if not found or key not in CATALOGUE:
        raise DomainError(f"“{text}”不对：请写成 参数=值，如 training.yearly_cap=2；没有“{key}”这个参数就查一下拼写")
    spec = CATALOGUE[key]
    by = by_from_text(inner) if "[" in name else None
    if by is not None and {part for part, _ in by} != set(spec.by):
        raise DomainError(f"“{key}”不能按“{inner}”细分")
    try:
        return spec, by, parse_value(spec.kind, value)
    except BadValue as problem:
        raise DomainError(f"{key}：{problem}") from problem


def replay(*, benefit: str, date_from: dt.date, date_to: dt.date, with_: Sequence[Override] = ()) -> Replay:
    """Decide again, from the same facts, every standing decision whose rules are of a day in the span.

    The latest edition of the rule and the parameters now in the table apply; each of `with_` replaces a value
    everywhere and always, which makes it a what-if. What the edition that decided did not ask for stays unknown.
    Nothing is stored.
    """
    if date_to < date_from:
        raise DomainError("截止日不能早于起始日")
    rule = rule_of(benefit)
    book = book_for(rule).changed(with_)
    count, changed, was, now = 0, list[Changed](), Decimal(0), Decimal(0)
    for names, stored in _by_names_asked(Decision.objects.standing().between(benefit, date_from, date_to)):
        facts = facts_from_text(rule, stored["facts"], names)
        answers = decide(rule, facts, on=stored["on"], region=stored["region"], book=book)
        now_columns = answers.outcomes.select(
            pl.col(ELIGIBLE).alias("eligible_now"), yuan(pl.col(AMOUNT_FEN)).alias("amount_now")
        )
        both = stored.select("public_id", "eligible", "amount").hstack(now_columns)
        count += both.height
        was += _total(both["amount"])
        now += _total(both["amount_now"])
        differs = pl.col("eligible").ne_missing(pl.col("eligible_now")) | pl.col("amount").ne_missing(
            pl.col("amount_now")
        )
        changed += [Changed(row[0], Answer(*row[1:3]), Answer(*row[3:5])) for row in both.filter(differs).iter_rows()]
    return Replay(count, changed, was, now)


def _by_names_asked(decisions: DecisionQuerySet) -> Iterator[tuple[list[str], pl.DataFrame]]:
    """`_chunks`, apart for editions that asked for other facts."""
    used = DecisionBasis.objects.filter(pk__in=decisions.order_by().values("basis_id").distinct())
    asked = dict(used.values_list("pk", "fact_names"))
    sorts = {pk: json.dumps(names) for pk, names in asked.items()}
    for chunk in _chunks(decisions):
        sort = chunk["basis_id"].replace_strict(sorts, return_dtype=pl.String).alias("asked")
        for (names,), stored in chunk.group_by(sort, maintain_order=True):
            yield json.loads(str(names)), stored


def verify_decisions() -> Verification:
    """Recompute every stored decision from its own facts, parameters and rule edition, and report what differs."""
    count, differences, unknown = 0, list[Difference](), set[str]()
    bases = {basis.pk: basis for basis in DecisionBasis.objects.all()}
    for stored in _chunks(Decision.objects.all()):
        count += stored.height
        version = stored["basis_id"].replace_strict({pk: basis.rules_version for pk, basis in bases.items()})
        for (name,), part in stored.group_by(version.alias("version"), maintain_order=True):
            try:
                rule = rule_of_version(str(name))
            except NoRule:
                unknown.add(str(name))
                continue
            differences += _verified(rule, part, bases)
    changed = [basis.digest for basis in bases.values() if basis_digest(_content(basis)) != basis.digest]
    return Verification(count, differences, sorted(unknown), changed)


def _content(basis: DecisionBasis) -> dict[str, Any]:
    """What the digest of a basis covers."""
    return {name: getattr(basis, name) for name in BASIS_COLUMNS}


def _verified(rule: Rule, stored: pl.DataFrame, bases: Mapping[int, DecisionBasis]) -> list[Difference]:
    """The differences; whatever can no longer be read at all is one too, and does not hide the others."""
    spoilt = [pk for pk in stored["basis_id"].unique() if not _is_readable(bases[pk])]
    on_spoilt = stored.filter(pl.col("basis_id").is_in(spoilt))
    return [
        *(Difference(name, ["basis"]) for name in on_spoilt["public_id"]),
        *_readable_part(rule, stored.filter(~pl.col("basis_id").is_in(spoilt)), bases),
    ]


def _is_readable(basis: DecisionBasis) -> bool:
    try:
        return bool(basis.rows)
    except _UNREADABLE:
        return False


def _readable_part(rule: Rule, stored: pl.DataFrame, bases: Mapping[int, DecisionBasis]) -> list[Difference]:
    """The differences, found in halves where facts somewhere among them are spoilt."""
    if not stored.height:
        return []
    try:
        return _differences(rule, stored, bases)
    except _UNREADABLE:
        if stored.height == 1:
            return [Difference(stored["public_id"][0], ["facts"])]
        half = stored.height // 2
        return _readable_part(rule, stored[:half], bases) + _readable_part(rule, stored[half:], bases)


def _chunks(decisions: DecisionQuerySet) -> Iterator[pl.DataFrame]:
    """Stored decisions in order, a hundred thousand at a time, with their JSON as text."""
    last = 0
    rows = decisions.order_by("pk").annotate(facts_text=Cast(F("fact_values"), TextField()))
    names = (
        "id",
        "public_id",
        "on",
        "region",
        "basis_id",
        "facts_text",
        "outcome_marks",
        "eligible",
        "amount",
        "benefit",
    )
    while True:
        chunk = list(rows.filter(pk__gt=last).values_list(*names)[:_CHUNK])
        if not chunk:
            return
        last = chunk[-1][0]
        columns: list[Sequence[Any]] = list(zip(*chunk, strict=True))
        columns[1] = [str(value) for value in columns[1]]
        yield pl.DataFrame(dict(zip(_COLUMNS, columns, strict=True)), schema=_COLUMNS)


def _differences(rule: Rule, stored: pl.DataFrame, bases: Mapping[int, DecisionBasis]) -> list[Difference]:
    used = stored["basis_id"].unique().sort().to_list()
    at = stored["basis_id"].replace_strict(used, list(range(len(used))), return_dtype=pl.UInt32)
    rows = [bases[pk].rows for pk in used]
    answers = decide_by_bases(rule, facts_from_text(rule, stored["facts"]), bases=rows, at=at)
    marks = answers.outcomes.select(marks_of(rule)).to_series()
    benefits = pl.Series([bases[pk].benefit for pk in used], dtype=pl.String).gather(at)
    pairs = {"benefit": (stored["benefit"], benefits)}
    pairs["clauses"] = (stored["marks"], marks)
    pairs["eligible"] = (stored["eligible"], answers.outcomes[ELIGIBLE])
    pairs["amount"] = (stored["amount"], answers.outcomes.select(yuan(pl.col(AMOUNT_FEN))).to_series())
    missing = pl.Series([list(row.missing) for row in rows], dtype=pl.List(pl.String)).gather(at)
    pairs["missing"] = (missing, answers.missing)
    differing = {name: was.ne_missing(now) for name, (was, now) in pairs.items()}
    wrong = pl.DataFrame(differing).select(pl.any_horizontal(pl.all())).to_series().arg_true()
    return [
        Difference(stored["public_id"][at], [name for name, series in differing.items() if series[at]])
        for at in wrong.to_list()
    ]


def _total(amounts: pl.Series) -> Decimal:
    return Decimal(amounts.sum() or 0)
