"""Questions to the reference tables."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from qihang.registry.reference.enums import OccupationEdition, OccupationLevel
from qihang.registry.reference.regions import jurisdiction_table

if TYPE_CHECKING:
    from qihang.registry.reference.models import CodeItem, Occupation, Region  # noqa: F401 - in the bases, quoted


class RegionQuerySet(QuerySet["Region"]):
    """Divisions by day and by place in the tree."""

    def in_force(self, on: date | None = None) -> Self:
        """Codes in force in the list of the year of `on`; without it, in the newest list."""
        if on is None:
            return self.filter(until=None)
        from qihang.registry.reference.models import RegionPeriod

        covering = RegionPeriod.objects.filter(Q(until=None) | Q(until__gt=on.year), since__lte=on.year)
        return self.filter(Exists(covering.filter(region=OuterRef("code"))))

    def children_of(self, code: str) -> Self:
        """The divisions directly below: the districts of a city, the cities and counties of a province."""
        return self.filter(parent_code=code)

    def today_of(self, code: str) -> Self:
        """The divisions in force that hold the place of an old code."""
        return self.filter(code__in=jurisdiction_table().today(code))


class OccupationQuerySet(QuerySet["Occupation"]):
    """Occupations of an edition."""

    def edition(self, edition: str = OccupationEdition.E2022) -> Self:
        return self.filter(edition=edition)

    def occupations(self) -> Self:
        """The occupations themselves, without the classes above them."""
        return self.filter(level=OccupationLevel.OCCUPATION)

    def successors_of(self, *, edition: str, code: str) -> Self:
        """What an occupation of an older edition became."""
        return self.filter(predecessions__old__edition=edition, predecessions__old__code=code)


class CodeItemQuerySet(QuerySet["CodeItem"]):
    """Codes of a table."""

    def of(self, name: str, edition: str | None = None) -> Self:
        """The codes of a table in an edition, else in its current one."""
        wanted = Q(table__edition=edition) if edition else Q(table__current=True)
        return self.filter(wanted, table__name=name)

    def valid_on(self, day: date) -> Self:
        """Codes that may be given on a day."""
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day),
            Q(valid_to=None) | Q(valid_to__gte=day),
        )
