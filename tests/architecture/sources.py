"""The product's own source, parsed, for tests that hold all of it to a rule of the architecture."""

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "src" / "qihang"
DOMAIN = ("registry", "delivery", "startup", "oversight")
# Apps hold models, rules and services; these hold how they are reached or put together.
_NO_APPS = {"web", "config", "launcher", "cli", "demo"}


@dataclass(frozen=True, eq=False)
class Module:
    """One file: its name below `qihang`, with dots, and its tree."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def floor(self) -> str:
        return self.name.split(".")[0]

    @property
    def app(self) -> str:
        """The app a file of a floor belongs to: "registry.policy"."""
        return ".".join(self.name.split(".")[:2])

    @property
    def is_of_an_app(self) -> bool:
        return self.floor not in _NO_APPS

    def at(self, node: ast.expr | ast.stmt) -> str:
        """Where a node stands, for a failure's message."""
        return f"{self.path.relative_to(ROOT.parent)}:{node.lineno} {ast.unparse(node)[:90]}"


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the product but migrations, which stand as Django wrote them."""
    paths = sorted(path for path in ROOT.rglob("*.py") if "migrations" not in path.parts)
    return tuple(Module(_name(path), path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


def modules_of(*floors: str) -> list[Module]:
    """The modules of some floors."""
    return [module for module in modules() if module.floor in floors]


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def walk(tree: ast.AST) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    """Every node with those above it, the nearest first."""
    todo: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, ())]
    while todo:
        node, above = todo.pop()
        yield node, above
        todo += [(child, (node, *above)) for child in ast.iter_child_nodes(node)]


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last word of what is called: `Person.objects.filter(…)` is "filter"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Attribute(attr=name) | ast.Name(id=name):
                    yield name, node


def text_of(node: ast.AST | None) -> str | None:
    """The text of a constant; None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def hold_to(listed: Collection[str], found: Iterable[str], rule: str) -> None:
    """What was found is what a list lets be: nothing more, and nothing on the list that is not so any longer."""
    more = sorted(set(found) - set(listed))
    assert not more, f"{rule}:\n" + "\n".join(more)
    gone = sorted(set(listed) - set(found))
    assert not gone, "take these off the list again:\n" + "\n".join(gone)
