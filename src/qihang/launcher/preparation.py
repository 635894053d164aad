"""Brings database and static files up to the sources: tables, reference data, the first administrators.

`python -m qihang.launcher.preparation DEMO` does all of it for `./qihang up`, in a process of its own so that `up`
stays small, and prints what a person needs to sign in as JSON. Other commands call `prepare_database` alone.
"""

import fcntl
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qihang.config.settings.environment import data_home
from qihang.foundation.core.errors import DomainError
from qihang.launcher.failures import PROJECT_ROOT, explain
from qihang.launcher.stamps import Stamps, open_stamps, schema_fingerprint, static_fingerprint

# What other apps do at a start, by name: the launcher knows when, they know what.
LOAD_REFERENCE_DATA = "qihang.registry.reference.load:load_reference_data"  # () -> None, safe to repeat
LOAD_SOURCED_PARAMETERS = "qihang.registry.policy.services:load_sourced_parameters"  # () -> int, safe to repeat
BUILD_DEMO = "qihang.demo.start:build_demo"  # (size) -> None, all or nothing
DEMO_THERE = "qihang.demo.start:is_there"  # () -> bool, by whichever command it was built
DEMO_LOGINS = "qihang.demo.start:logins"  # () -> [(role label, log-in, password)]
FIRST_ADMIN_LINKS = "qihang.registry.organizations.setup:first_admin_links"  # () -> [(role label, path)], [] once used

NO_DEMO = "none"
DEMO_SIZES = ("small", "province", NO_DEMO)
FIRST_DEMO = "small"
BY_HAND = "demo build"


def say(text: str) -> None:
    """A line about progress; stdout belongs to results."""
    print(f"· {text}", file=sys.stderr, flush=True)


def prepare_database() -> None:
    """Tables and reference data as the sources want them. Costs one query when they are. Django must be set up."""
    with open_stamps() as stamps:
        if stamps.get("schema") == schema_fingerprint():
            return
        with stamps.alone():
            _bring_up_to_date(stamps)


def _bring_up_to_date(stamps: Stamps) -> None:
    from django.core.management import call_command

    wanted = schema_fingerprint()
    if stamps.get("schema") == wanted:
        return
    say("建立或更新数据表与基础数据")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    _call(LOAD_REFERENCE_DATA)
    stamps.set("schema", wanted)


def up_to_date() -> bool:
    """Whether nothing has to be made before pages can be served. Works without Django."""
    with open_stamps() as stamps:
        made = stamps.get("schema") == schema_fingerprint() and stamps.get("demo") is not None
    return made and _static_stamp().exists()


def _static_stamp() -> Path:
    return data_home(PROJECT_ROOT) / "static" / f".stamp-{static_fingerprint()}"


def prepare_static() -> None:
    """Static files with their hashed names and compressed twins, unless they are there for these very sources."""
    from django.core.management import call_command

    stamp = _static_stamp()
    if stamp.exists():
        return
    with _alone_with(stamp.parent):
        if stamp.exists():  # another command was quicker
            return
        say("整理网页静态文件")
        call_command("collectstatic", interactive=False, verbosity=0)
        for old in stamp.parent.glob(".stamp-*"):
            old.unlink()
        stamp.touch()


@contextmanager
def _alone_with(folder: Path) -> Iterator[None]:
    """Only one command at a time goes in, the others wait; the lock ends with its process, however that ends."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare_sign_in(demo: str) -> dict[str, Any]:
    """How to get in: the log-ins of the demo, built the first time, or the first administrators' links.

    An installation of its own starts from the values that have a source, each with its mark; a demo has its own set.
    DomainError where another demo than the one asked for is there, or real records.
    """
    with open_stamps() as stamps, stamps.alone():
        there = _demo_there(stamps)
        wanted = demo or there or FIRST_DEMO
        if wanted == NO_DEMO and there in (None, NO_DEMO):
            _load_sourced_parameters(stamps)
            links = _call(FIRST_ADMIN_LINKS)
            stamps.set("demo", NO_DEMO)
            return {"links": links}
        if wanted != there:
            if there not in (None, NO_DEMO):
                raise DomainError(
                    f"这里已经有示范数据（{there}）；接着用它，就不写 --demo；要别的，请换一个 QIHANG_HOME"
                )
            _call(BUILD_DEMO, wanted)
        stamps.set("demo", wanted)
        return {"logins": _call(DEMO_LOGINS)}


def _demo_there(stamps: Stamps) -> str | None:
    """Which demo was built here, NO_DEMO where none was wanted, None before the first start."""
    there = stamps.get("demo")
    return BY_HAND if there in (None, NO_DEMO) and _call(DEMO_THERE) else there


def _load_sourced_parameters(stamps: Stamps) -> None:
    """Once for each state of the files; what people have set meanwhile is left alone."""
    made_for = stamps.get("schema")
    if made_for is not None and stamps.get("parameters") != made_for:
        _call(LOAD_SOURCED_PARAMETERS)
        stamps.set("parameters", made_for)


def _call(hook: str, *arguments: str) -> Any:
    """What an app does at a start. A hook that is not there is a fault of ours, never passed over."""
    module, _, name = hook.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function(*arguments)


def main(demo: str) -> int:
    """Prepare all; 1 after a line that says why not."""
    import django

    django.setup()
    try:
        prepare_static()
        prepare_database()
        json.dump(prepare_sign_in(demo), sys.stdout)
    except Exception as error:
        print(f"qihang：{explain(error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
