"""Who acts. Services take an Actor and logs keep one; it holds ids and labels, so that history needs no joins."""

from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Actor:
    """One user acting through one membership, or a named system actor (schedules and migrations only).

    `region` is a division code: the actor's scope is that region and all below it.
    """

    user_id: int | None = None
    user_label: str = ""
    membership_id: int | None = None
    organization_id: int | None = None
    organization_label: str = ""
    role: str = "visitor"
    region: str = ""
    region_label: str = ""
    person_id: int | None = None
    system: str = ""

    @classmethod
    def for_system(cls, name: str) -> Self:
        """A schedule or a migration, never a stand-in for a person."""
        return cls(system=name, user_label=name, role="system")

    @property
    def is_system(self) -> bool:
        return bool(self.system)

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**data)


ANONYMOUS = Actor(user_label="未登录")
