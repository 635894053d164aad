"""How the apps above take part in employment."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.ports import Port

if TYPE_CHECKING:
    from qihang.delivery.employment.models import ContributionList

# Called, in the transaction that changed them, with the persons of whom accepted spells came, went, moved or were
# shown again, and the list that did it (None: a document).
SpellsChanged = Callable[[Actor, Collection[int], "ContributionList | None"], None]
spells_changed: Port[SpellsChanged] = Port("spells_changed")


def tell_spells_changed(
    actor: Actor, persons: Collection[int], contribution_list: "ContributionList | None" = None
) -> None:
    """Tell every listener; one that fails undoes the change."""
    for _, listener in spells_changed.items():
        listener(actor, persons, contribution_list)
