"""The state of a thing with a workflow is written by `core.workflow` and by nothing else."""

import ast
import re
from collections.abc import Iterator

import pytest
from tests.architecture.sources import Module, calls, modules, text_of

from qihang.foundation.core.workflow import all_workflows

WORKFLOW = "foundation.core.workflow"
FIELDS = {item.field for item in all_workflows()}
MODELS = {item.model.__name__ for item in all_workflows()}
TABLES = {item.model._meta.db_table for item in all_workflows()}
# Modules that write a field of such a name, of a thing without a workflow.
ALLOWED = {
    "foundation.jobs.services": "a job is a record of the queue: its state is what its worker last said",
    "foundation.jobs.running": "the same",
    "foundation.jobs.queueing": "the same",
}
_WRITERS = {"create", "update", "get_or_create", "update_or_create"}
_SQL = re.compile(
    rf"\bUPDATE\s+\"?({'|'.join(sorted(TABLES))})\b.*\bSET\b.*\b({'|'.join(sorted(FIELDS))})\b\s*=", re.I | re.S
)


def writes(module: Module) -> Iterator[str]:
    """Where a module writes a field that is some workflow's."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Assign(targets=targets):
                found = any(_is_state(target) for target in targets)
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
                found = _is_state(target)
            case ast.Constant(value=str(text)):
                found = bool(_SQL.search(text))
            case _:
                continue
        if found:
            yield module.at(node)
    for name, call in calls(module.tree):
        if _writes_by_name(name, call) or _lists_it(name, call):
            yield module.at(call)


def _is_state(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple):
        return any(_is_state(item) for item in target.elts)
    return isinstance(target, ast.Attribute) and target.attr in FIELDS


def _writes_by_name(name: str, call: ast.Call) -> bool:
    if name == "setattr":
        return text_of(call.args[1]) in FIELDS
    if name not in _WRITERS | MODELS:
        return False
    given = {keyword.arg for keyword in call.keywords}
    defaults = [keyword.value for keyword in call.keywords if keyword.arg in {"defaults", "create_defaults"}]
    given |= {text_of(key) for value in defaults if isinstance(value, ast.Dict) for key in value.keys}
    return bool(given & FIELDS)


def _lists_it(name: str, call: ast.Call) -> bool:
    """Named among the columns of a bulk write or of a save."""
    lists: list[ast.expr] = [keyword.value for keyword in call.keywords if keyword.arg == "update_fields"]
    if name in {"bulk_update", "update_objects", "copy_rows"}:
        lists += [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg in {"fields", "columns"})]
    return any(
        text_of(item) in FIELDS for node in lists if isinstance(node, ast.List | ast.Tuple) for item in node.elts
    )


def test_nothing_else_writes_a_state() -> None:
    found = {module.name: list(writes(module)) for module in modules() if module.name != WORKFLOW}
    wrong = [line for name, lines in found.items() if name not in ALLOWED for line in lines]
    assert not wrong, "a state changes only through its workflow:\n" + "\n".join(wrong)
    assert not [name for name in ALLOWED if not found[name]], "take these off ALLOWED again"


@pytest.mark.parametrize(
    "code",
    [
        "person.state = 'merged'",
        "a.x, person.state = 1, 'merged'",
        "Person.objects.filter(pk=1).update(state='merged')",
        "Person.objects.create(name='王', state='active')",
        "Person(state='active')",
        "Person.objects.get_or_create(pk=1, defaults={'state': 'active'})",
        "setattr(person, 'state', 'merged')",
        "person.save(update_fields=['name', 'state'])",
        "Person.objects.bulk_update(persons, ['state'])",
        "update_objects(persons, ['state'])",
        "cursor.execute('UPDATE participants_person SET name = NULL, state = %s')",
    ],
)
def test_the_scan_sees_every_way_of_writing(code: str) -> None:
    path = modules()[0].path
    assert list(writes(Module("tried", path, ast.parse(code))))


@pytest.mark.parametrize(
    "code",
    [
        "Person.objects.filter(state='active')",
        "state = person.state",
        "cursor.execute('SELECT state FROM participants_person')",
    ],
)
def test_reading_is_no_writing(code: str) -> None:
    assert not list(writes(Module("tried", modules()[0].path, ast.parse(code))))
