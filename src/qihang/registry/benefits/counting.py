"""How often a person has used a benefit before: the facts that caps are held against, for many cases at once."""

from collections.abc import Sequence

import polars as pl

from qihang.foundation.core.arrays import among
from qihang.registry.benefits.enums import Fund
from qihang.registry.benefits.models import BenefitUse

COUNTS = (
    "lifetime_uses",
    "uses_this_year",
    "same_occupation_uses",
    "same_occupation_level_uses",
    "unemployment_fund_same_item",
)
_USES = {
    "person_id": pl.Int64,
    "used_on": pl.Date,
    "used_occupation": pl.String,
    "used_level": pl.String,
    "fund": pl.String,
    "used_ref": pl.String,
}


def uses_before(*, benefit: str, cases: pl.DataFrame) -> pl.DataFrame:
    """`cases` with the facts COUNTS beside them, in the same order.

    `cases` needs `person_id`, `on`, `occupation` and `level`; a `source_ref` leaves that case's own use out. Reserved
    and enjoyed uses count alike, and so do those of a later day: what is spoken for is no longer to be had. The year
    is the calendar year of `on`. Uses paid by unemployment insurance are no uses of the employment fund; they only
    show as `unemployment_fund_same_item`.
    """
    numbered = cases.with_row_index("case_number")
    if "source_ref" not in cases.columns:
        numbered = numbered.with_columns(pl.lit(None, pl.String).alias("source_ref"))
    uses = _uses(benefit, cases["person_id"].unique().to_list())
    pairs = numbered.join(uses, on="person_id", how="inner").filter(
        pl.col("used_ref").ne_missing(pl.col("source_ref"))
    )
    counts = pairs.group_by("case_number").agg(_counts())
    filled = [pl.col(name).fill_null(0).cast(pl.Int64) for name in COUNTS[:-1]]
    return (
        numbered.select("case_number", pl.all().exclude("case_number"))
        .join(counts, on="case_number", how="left")
        .sort("case_number")
        .with_columns(*filled, pl.col(COUNTS[-1]).fill_null(False))
        .select(*cases.columns, *COUNTS)
    )


def _uses(benefit: str, person_ids: Sequence[int]) -> pl.DataFrame:
    rows = BenefitUse.objects.counted().filter(benefit=benefit, person_id__in=among(person_ids))
    values = list(rows.values_list("person_id", "on", "occupation", "level", "fund", "source_ref"))
    return pl.DataFrame(values, schema=_USES, orient="row")


def _counts() -> list[pl.Expr]:
    insured = pl.col("fund") == Fund.UNEMPLOYMENT_INSURANCE
    same_occupation = pl.col("used_occupation") == pl.col("occupation")
    same_item = same_occupation & (pl.col("used_level") == pl.col("level"))
    this_year = pl.col("used_on").dt.year() == pl.col("on").dt.year()
    conditions = (~insured, ~insured & this_year, ~insured & same_occupation, ~insured & same_item)
    sums = [condition.sum().alias(name) for condition, name in zip(conditions, COUNTS[:-1], strict=True)]
    return [*sums, (insured & same_item).any().alias(COUNTS[-1])]
