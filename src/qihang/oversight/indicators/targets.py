"""What was to be reached: targets of a year, and people planned in agreements and plans."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Target:
    """`people` to be trained in `year`. `indicator` says by what: "trained" for the year's target, "plan_completion"
    for an agreement or plan. Without `region` and `institution` it is that of the whole."""

    indicator: str
    programme: str
    year: int
    people: int
    region: str | None = None
    institution: str | None = None


def target_for(
    targets: Iterable[Target],
    *,
    indicator: str,
    programme: str | None,
    year: int,
    region: str | None,
    institution: str | None,
) -> int:
    """People to be reached by exactly that place and institution in that year: of both programmes where `programme`
    is None; 0 where nothing was set. Targets of places below are not added up: a target is what was handed down."""
    return sum(
        target.people
        for target in targets
        if target.indicator == indicator
        and target.year == year
        and programme in (None, target.programme)
        and (target.region, target.institution) == (region, institution)
    )
