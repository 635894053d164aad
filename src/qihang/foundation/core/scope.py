"""Region scope for apps below the regions themselves: their rows keep a division code as text."""

from collections.abc import Callable

from django.db.models import Q

from qihang.foundation.core.ports import Port

# registry.reference registers "regions": (column, code) -> the rows in the scope of that code.
region_scope: Port[Callable[[str, str], Q]] = Port("region_scope")


def within_region(column: str, region: str) -> Q:
    """Rows whose code in `column` lies in the scope of `region`, and of those below it; none for an empty code."""
    return region_scope.get("regions")(column, region) if region else Q(pk__in=[])
