"""Papers as PDF: typst, with fonts from packages, so that the same data gives the same bytes on every machine.

Compiled in this process by a few compilers taken in turn; typst is loaded on first use and never survives a fork (a
child that inherits it hangs), so servers and workers fork before, or spawn.
"""

import datetime as dt
import functools
import importlib.util
import json
import os
import queue
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone

from qihang.foundation.documents.glyphs import require_printable

TEMPLATES = Path(__file__).resolve().parent / "templates"
FONT_PACKAGES = ("pylopdf_fonts_zh_cn", "noto_cjk_sans_otc")
# An archive standard with all text readable, and tags for those who listen.
STANDARD = "a-2a"
# Compilers that work side by side: typst lets go of the interpreter while it sets a page.
COMPILERS = 2


def render_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of `templates/<template>.typ` filled with `data` (plain JSON; see papers for what each template needs).

    Equal data gives equal bytes: the file's date is `data["issued_on"]` (ISO), never the clock. Text is set as it
    stands, nothing in it is read as markup. Unprintable when a text holds a character that no font has.
    """
    require_printable(data)
    with _compiler() as compiler:
        made = compiler.compile(
            input=str(TEMPLATES / f"{template}.typ"),
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
            pdf_standards=STANDARD,
            timestamp=_moment(data["issued_on"]),
        )
    return bytes(made)


def render_many(template: str, papers: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """`render_pdf` for each of many, in order and side by side; a few are made ahead of the one being taken."""
    waiting: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(COMPILERS, thread_name_prefix="typesetting") as pool:
        for paper in papers:
            waiting.append(pool.submit(render_pdf, template, paper))
            if len(waiting) > 2 * COMPILERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def font_folders() -> list[Path]:
    """The folders of the font packages, the preferred first. LookupError for one that is not installed."""
    folders = []
    for package in FONT_PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise LookupError(f"the font package {package} is not installed")
        folders.append(Path(spec.origin).parent)
    return folders


def font_files() -> list[Path]:
    """The font files in those folders."""
    suffixes = {".otf", ".ttf", ".ttc"}
    return [path for folder in font_folders() for path in sorted(folder.iterdir()) if path.suffix in suffixes]


@contextmanager
def _compiler() -> Iterator[Any]:
    compilers = _compilers(os.getpid())
    compiler = compilers.get()
    try:
        yield compiler
    finally:
        compilers.put(compiler)


@functools.cache
def _compilers(process: int) -> "queue.SimpleQueue[Any]":
    """The compilers of this process; each may be used by one thread at a time."""
    folders = [str(folder) for folder in font_folders()]  # of single files typst takes no notice
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    compilers: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for _ in range(COMPILERS):
        compilers.put(typst.Compiler(root=str(TEMPLATES), font_paths=fonts, ignore_system_fonts=True))
    return compilers


def _moment(day: str) -> int:
    """Midnight of the day, in the province's time, in seconds."""
    return int(timezone.make_aware(dt.datetime.fromisoformat(day)).timestamp())
