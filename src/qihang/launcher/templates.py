"""Compiles every template of ours: a typing error shows here and not on somebody's page."""

import sys
from collections.abc import Iterator
from pathlib import Path

from qihang.launcher.failures import PROJECT_ROOT


def template_names() -> Iterator[str]:
    """The names of all templates below the apps' `templates` folders, as views and tags write them."""
    for folder in sorted((PROJECT_ROOT / "src" / "qihang").rglob("templates")):
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            yield str(file.relative_to(folder))


def broken_templates() -> list[str]:
    """One line for each template that does not compile."""
    from django.template import TemplateSyntaxError
    from django.template.loader import get_template

    found = []
    for name in template_names():
        try:
            get_template(name)
        except (TemplateSyntaxError, UnicodeDecodeError) as error:
            found.append(f"{Path(name)}: {error}")
    return found


def main() -> int:
    """Print what is broken; 1 if anything is."""
    import django

    django.setup()
    broken = broken_templates()
    print("\n".join(broken or [f"{len(list(template_names()))} templates compile"]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
