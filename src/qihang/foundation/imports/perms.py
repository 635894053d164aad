"""Who may bring in which kind of file."""

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.ports import import_kinds


def kind_of(key: str) -> ImportKind:
    """The kind called `key`, or `NotFound`."""
    if key not in import_kinds:
        known = "、".join(sorted(name for name, _ in import_kinds.items()))
        raise NotFound(f"没有“{key}”这种导入。现有：{known}", field="kind")
    return import_kinds.get(key)


def may_import(actor: Actor, kind: ImportKind) -> bool:
    return actor.role in kind.roles


def require_may_import(actor: Actor, kind: ImportKind) -> None:
    """`NotAllowed`, with the roles that may."""
    if not may_import(actor, kind):
        raise NotAllowed(f"{kind.label}由{importers(kind)}导入，您现在的岗位不能导入")


def importers(kind: ImportKind) -> str:
    """Who may bring in a kind, in words."""
    return "、".join(Role(role).label for role in kind.roles)
