"""How a lower floor lets a higher one take part, without importing it."""

from collections.abc import ItemsView
from typing import Generic, TypeVar

Handler = TypeVar("Handler")


class Port(Generic[Handler]):
    """A named, typed registry. Higher apps register in `AppConfig.ready()`; the owner calls what it finds."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: dict[str, Handler] = {}

    def register(self, key: str, handler: Handler) -> None:
        """Add `handler`; the same handler twice is harmless, another under the same key is a programming error."""
        if self._handlers.setdefault(key, handler) is not handler:
            raise ValueError(f"port {self.name}: {key} is registered twice")

    def get(self, key: str) -> Handler:
        """The handler of `key`. LookupError names the port, so that a missing registration shows where."""
        try:
            return self._handlers[key]
        except KeyError:
            raise LookupError(f"port {self.name}: nothing registered for {key!r}") from None

    def __contains__(self, key: str) -> bool:
        return key in self._handlers

    def items(self) -> ItemsView[str, Handler]:
        return self._handlers.items()
