"""What stands ready once Django has started, before anything else is imported: handlers, kinds, workflows."""

import ast
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from tests.architecture.sources import ROOT, calls, hold_to, modules, text_of

from qihang.foundation.core.fields import StateField
from qihang.foundation.core.ports import Port
from qihang.foundation.core.workflow import all_workflows
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.ports import import_kinds
from qihang.foundation.jobs.ports import job_kinds
from qihang.foundation.notices.ports import NoticeKind, notice_kinds
from qihang.registry.policy.catalogue import CATALOGUE

# What a deployment or a later floor may bring; its owner can do without.
OPTIONAL = {
    ("virus_scan", "scanner"): "a deployment brings its scanner; a file's record says that none has looked",
    ("mask_settings", "widths"): "the strictest useful widths stand in while nobody registers the parameter's",
}
_REPORT = """
import django, json
django.setup()
from qihang.foundation.core.workflow import all_workflows
from tests.architecture.test_start import all_ports
print(json.dumps({
    "workflows": sorted(f"{one.subject}.{one.field}" for one in all_workflows()),
    "ports": {port.name: sorted(key for key, _ in port.items()) for _, port in all_ports()},
}))
"""


def all_ports() -> Iterator[tuple[str, Port[Any]]]:
    """Every port there is, with the name of the variable that holds it."""
    for module in modules():
        for node in module.tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="Port"))):
                    yield name, getattr(importlib.import_module(f"qihang.{module.name}"), name)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=ast.Name(id="Port"))):
                    yield name, getattr(importlib.import_module(f"qihang.{module.name}"), name)


@pytest.fixture(scope="module")
def at_start() -> dict[str, Any]:
    """As a process of the product finds things: in the tests' own process, other tests have imported much more."""
    done = subprocess.run(
        [sys.executable, "-c", _REPORT],
        env={**os.environ, "PYTHONPATH": f"{ROOT.parent}{os.pathsep}{ROOT.parents[1]}"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_state_has_its_workflow(at_start: dict[str, Any]) -> None:
    states = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, StateField)
    }
    hold_to(at_start["workflows"], states, "its workflow is not loaded by the app's ready()")


def test_every_handler_that_is_asked_for_is_there(at_start: dict[str, Any]) -> None:
    ports = dict(all_ports())
    asked = {
        (ports[name].name, key): module.at(call)
        for module in modules()
        for what, call in calls(module.tree)
        if what == "get" and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
        if (name := call.func.value.id) in ports and (key := _constant(module.name, call.args[0]))
    }
    assert asked
    missing = {place: where for place, where in asked.items() if place[1] not in at_start["ports"][place[0]]}
    assert set(missing) == set(OPTIONAL), "\n".join(where for place, where in missing.items() if place not in OPTIONAL)


def _constant(module: str, node: ast.expr) -> str | None:
    """The text a call is given: written there, or held by a constant of the module."""
    if isinstance(node, ast.Name) and node.id.isupper():
        return str(getattr(importlib.import_module(f"qihang.{module}"), node.id))
    return text_of(node)


@pytest.mark.parametrize(
    ("kind", "port"), [(ImportKind, import_kinds), (NoticeKind, notice_kinds)], ids=["imports", "notices"]
)
def test_every_kind_that_is_declared_is_registered(at_start: dict[str, Any], kind: type, port: Port[Any]) -> None:
    declared = {
        getattr(value, "key", None) or getattr(value, "kind", None)
        for name in _modules_that_call(kind.__name__)
        for value in vars(importlib.import_module(f"qihang.{name}")).values()
        if isinstance(value, kind)
    }
    hold_to(at_start["ports"][port.name], declared, "register it in the app's ready()")


def _modules_that_call(name: str) -> list[str]:
    return [module.name for module in modules() if any(called == name for called, _ in calls(module.tree))]


def test_every_kind_of_job_that_is_started_has_its_handler(at_start: dict[str, Any]) -> None:
    started = {
        key
        for module in modules()
        for name, call in calls(module.tree)
        if name in {"enqueue", "run_inline"}
        for keyword in call.keywords
        if keyword.arg == "kind" and (key := _constant(module.name, keyword.value))
    }
    assert started
    assert started <= set(at_start["ports"][job_kinds.name])


def test_every_parameter_that_is_asked_for_is_in_the_catalogue() -> None:
    keys = {step.deadline for one in all_workflows() for step in one.transitions if step.deadline}
    keys |= {kind.days for _, kind in notice_kinds.items() if kind.days}
    keys |= {
        key
        for module in modules()
        for name, call in calls(module.tree)
        if name in {"find", "require"} and call.args and (key := text_of(call.args[0])) and "." in key
    }
    assert keys <= set(CATALOGUE)
