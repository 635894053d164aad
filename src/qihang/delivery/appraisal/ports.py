"""How the apps above take part in appraisal."""

from collections.abc import Callable, Collection

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.ports import Port

# Called, in the transaction that issued or revoked certificates, with the ids of their classes.
certificates_changed: Port[Callable[[Actor, Collection[int]], None]] = Port("certificates_changed")


def tell_certificates_changed(actor: Actor, classes: Collection[int]) -> None:
    """Tell every listener; one that fails undoes the change."""
    for _, listener in certificates_changed.items():
        listener(actor, classes)
