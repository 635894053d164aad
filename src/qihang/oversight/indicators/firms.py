"""Openings, survival and jobs: what became of those who were certified in a startup class."""

import polars as pl

from qihang.foundation.core.evidence import EvidenceType
from qihang.oversight.indicators.cases import STRICT, as_cases, if_strict, strongest
from qihang.oversight.indicators.enums import Module, Programme
from qihang.oversight.indicators.known import Known, earliest, months_after, once_a_year

# These modules are for people without a firm; the others are for firms that already run.
OPENING_MODULES = [Module.GYB.value, Module.SYB.value]
PROVES_TRADING = [evidence.value for evidence in EvidenceType if evidence.proves_trading]
SURVIVAL_MONTHS = 12


def beginners(known: Known) -> pl.DataFrame:
    """One row a case of the open rates: certified in GYB or SYB without a firm open on that day, a person once a
    year."""
    certified = _certified(known).filter(pl.col("module").is_in(OPENING_MODULES))
    day = pl.col("certified_on")
    shut_by_then = (pl.col("closed_on") <= day).fill_null(False)
    open_then = (
        certified.select("person", "certified_on")
        .join(known.firms, on="person")
        .filter((pl.col("opened_on") <= day) & ~shut_by_then)
    )
    without_firm = certified.join(open_then, on=["person", "certified_on"], how="anti")
    return once_a_year(without_firm, "certified_on").with_row_index("case")


def openings(known: Known, cases: pl.DataFrame, *, months: int) -> pl.DataFrame:
    """A firm of the person opens in (certified, certified + `months`], whatever its evidence."""
    cases = cases.with_columns(months_after(pl.col("certified_on"), months).alias("window_end"))
    in_window = (pl.col("opened_on") > pl.col("certified_on")) & (pl.col("opened_on") <= pl.col("window_end"))
    opened = (
        cases.select("case", "person", "certified_on", "window_end")
        .join(known.firms, on="person")
        .filter(in_window)
        .sort("opened_on", "firm")
        .group_by("case", maintain_order=True)
        .agg(pl.col("firm").first(), strongest(), pl.col("firm").alias("proof"))
    )
    over = pl.col("window_end") <= known.as_of
    return as_cases(
        cases.join(opened, on="case", how="left"),
        begins=pl.col("certified_on"),
        ends=pl.col("window_end"),
        over=over,
        met=pl.col("evidence").is_not_null(),
        might=~over,
        strict_amount=if_strict(pl.lit(1)),
    )


def founded(known: Known) -> pl.DataFrame:
    """One row for each group and firm opened after its owner's first startup certificate within the group, of any
    module; class and enrolment are those of that certificate. `anniversary`: opened + 12 months."""
    owners = earliest(_certified(known), "certified_on", ["group", "person"])
    firms = owners.join(known.firms, on="person").filter(pl.col("opened_on") > pl.col("certified_on"))
    return firms.with_columns(
        months_after(pl.col("opened_on"), SURVIVAL_MONTHS).alias("anniversary"),
        pl.col("closed_on").is_not_null().alias("shut"),
    )


def _certified(known: Known) -> pl.DataFrame:
    return known.enrolments("certified_on", Programme.STARTUP).filter(pl.col("certified_on").is_not_null())


def survival(known: Known, firms: pl.DataFrame) -> pl.DataFrame:
    """Trading proved at 12 months: shut later than that day, or not shut and a headcount of trading evidence dated on
    or after it is known."""
    over = pl.col("anniversary") <= known.as_of
    proved = _outlived() | (~pl.col("shut") & pl.col("evidence").is_not_null())
    return as_cases(
        firms.drop("evidence").join(_proofs(known, firms), on="firm", how="left"),
        begins=pl.col("opened_on"),
        ends=pl.col("anniversary"),
        over=over,
        met=over & proved,
        might=~proved & ~pl.col("shut"),
        strict_amount=if_strict(pl.lit(1)),
    )


def _outlived() -> pl.Expr:
    return (pl.col("closed_on") > pl.col("anniversary")).fill_null(False)


def _proofs(known: Known, firms: pl.DataFrame) -> pl.DataFrame:
    """For each firm what shows that it traded at 12 months: its own record where that says it shut later, and
    headcounts of trading evidence on or after the day. The strongest `evidence`, and ids (`proof`)."""
    firms = firms.unique("firm")
    own = firms.filter(_outlived()).select("firm", "evidence", pl.col("firm").alias("proof"))
    counts = known.headcounts.filter(pl.col("evidence").is_in(PROVES_TRADING)).sort("on", "headcount")
    counts = firms.select("firm", "anniversary").join(counts, on="firm").filter(pl.col("on") >= pl.col("anniversary"))
    proofs = pl.concat([own, counts.select("firm", "evidence", pl.col("headcount").alias("proof"))])
    return proofs.group_by("firm", maintain_order=True).agg(strongest(), pl.col("proof"))


def lives(known: Known, firms: pl.DataFrame) -> pl.DataFrame:
    """All firms whatever their age, from opening to shutting (met) or to the as-of day (still at risk on it)."""
    return as_cases(
        firms.drop("evidence"),
        begins=pl.col("opened_on"),
        ends=pl.col("closed_on").fill_null(known.as_of),
        met=pl.col("shut"),
    )


def jobs(known: Known, firms: pl.DataFrame, *, measure: str) -> pl.DataFrame:
    """Staff by `measure` (employees, insured) in the last headcount on or before 12 months; 0 for a firm shut by then
    or without one. The strict amount is that of the last headcount of rank 甲 or 乙."""
    shut_by_then = (pl.col("closed_on") <= pl.col("anniversary")).fill_null(False)
    by_strict = known.headcounts.filter(pl.col("evidence").is_in(STRICT))
    frame = (
        firms.drop("evidence")
        .join(_last_count(firms, known.headcounts, measure, "amount"), on="firm", how="left")
        .join(_last_count(firms, by_strict, measure, "strict_amount").drop("evidence", "proof"), on="firm", how="left")
    )
    return as_cases(
        frame,
        begins=pl.col("opened_on"),
        ends=pl.col("anniversary"),
        over=pl.col("anniversary") <= known.as_of,
        met=pl.lit(True),
        known=shut_by_then | pl.col("amount").is_not_null(),
        amount=_unless(shut_by_then, pl.col("amount")),
        strict_amount=_unless(shut_by_then, pl.col("strict_amount")),
    )


def _unless(shut_by_then: pl.Expr, amount: pl.Expr) -> pl.Expr:
    return pl.when(shut_by_then).then(0).otherwise(amount.fill_null(0))


def _last_count(firms: pl.DataFrame, counts: pl.DataFrame, measure: str, name: str) -> pl.DataFrame:
    """For each firm the last headcount on or before its anniversary, of several on one day the best evidenced: staff
    by `measure` as `name`, evidence, its id (`proof`)."""
    return (
        firms.select("firm", "anniversary")
        .unique()
        .join(counts.filter(pl.col(measure).is_not_null()), on="firm")
        .filter(pl.col("on") <= pl.col("anniversary"))
        .sort(["on", "evidence", "headcount"], descending=[True, False, False])
        .unique("firm", keep="first", maintain_order=True)
        .select("firm", pl.col(measure).alias(name), "evidence", pl.concat_list("headcount").alias("proof"))
    )
