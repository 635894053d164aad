"""What was to be reached: targets of a year, and people planned in agreements and plans."""

from collections.abc import Iterable
from dataclasses import dataclass

from qihang.registry.reference.scope import region_within


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


def whole_is(region: str | None) -> bool:
    """Whether a question is about everything: no region, or the province, of which there is one in a house."""
    return region is None or region.endswith("0000")


def of_question(
    targets: Iterable[Target], *, indicator: str, programme: str | None, year: int, region: str | None
) -> list[Target]:
    """Those that say anything to a question: of its indicator, year and programme (any), in its region or below."""
    return [
        target
        for target in targets
        if (target.indicator, target.year) == (indicator, year)
        and programme in (None, target.programme)
        and (whole_is(region) or (target.region is not None and region_within(target.region, str(region))))
    ]


def target_for(targets: Iterable[Target], *, region: str | None, institution: str | None) -> int:
    """People to be reached by exactly that place and institution; 0 where nothing was set. Targets of places below
    are not added up: a target is what was handed down."""
    return sum(
        target.people
        for target in targets
        if target.institution == institution
        and (target.region == region or (whole_is(target.region) and whole_is(region)))
    )
