"""The permission matrix: who gets into which page, one module of rows for each family of pages.

A module here with a list `ROWS` is part of the matrix; docs/design/permissions.md shows how to write one.
"""

import importlib
import pkgutil
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tests.web.matrix.rows import Row


def all_rows() -> list[Row]:
    """The rows of every family, in the order of their modules."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return [row for module in modules for row in getattr(module, "ROWS", [])]


def all_urls() -> dict[str, URLPattern]:
    """Every address of the product by its full name, as `reverse` takes it. Two of one name are refused."""
    found: dict[str, URLPattern] = {}
    for name, pattern in _walk(get_resolver().url_patterns, ""):
        assert name not in found, f"two addresses are called {name}"
        found[name] = pattern
    return found


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for item in patterns:
        if isinstance(item, URLResolver):
            inner = f"{prefix}{item.namespace}:" if item.namespace else prefix
            yield from _walk(item.url_patterns, inner)
        else:
            yield f"{prefix}{item.name or item.pattern}", item
