"""Where a request comes from, as far as sign-in and its log care."""

from dataclasses import dataclass

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Client:
    """A network address (None when unknown) and what the browser calls itself."""

    address: str | None = None
    agent: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "agent", self.agent[:_LONGEST])
