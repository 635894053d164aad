"""How the apps above take part in the life of a class."""

from collections.abc import Callable
from typing import Any

from qihang.foundation.core.ports import Port

# By app: why this class may not be cancelled yet, in words that say what to do first; None where nothing stands against it.
class_keepers: Port[Callable[[Any], str | None]] = Port("class_keepers")
