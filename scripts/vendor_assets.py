"""Copy the front-end files that pages use from node_modules into static/vendor, and nothing else.

Run after `npm ci`. Standard library only, so that the launcher can call it with any Python. The same packages give
the same bytes: names, order and contents depend on nothing but the lock file and `icons.txt`. The folder is built
beside its place and swapped in, so a running server never sees a half-filled one.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
WEB = ROOT / "src" / "qihang" / "web"
VENDOR = WEB / "static" / "vendor"
ICON_LIST = WEB / "icons.txt"
PACKAGES = ("@fontsource/noto-sans-sc", "bootstrap", "bootstrap-icons", "echarts")
WEIGHTS = (400, 500, 700)

# Parts of Bootstrap that the interface guide rules out or that our own components replace. What is left is the reset,
# the grid, tables, forms, buttons and the utilities. Dark theme: not offered (guide, section 9).
UNUSED_PARTS = (
    "accordion|alert|badge|breadcrumb|btn-close|btn-group|btn-toolbar|card|carousel|collaps|dropdown|dropup|dropend"
    "|dropstart|fade|figure|list-group|modal|nav|navbar|offcanvas|page|pagination|placeholder|popover|progress"
    "|spinner|sticky|tab-|table-(?:primary|secondary|success|info|warning|danger|light|dark)|text-bg|toast|tooltip"
    "|was-validated|valid|invalid|btn-(?:secondary|success|info|warning|danger|light|dark|link)"
    "|btn-outline-(?:secondary|success|info|warning|danger|light|dark)|form-floating|form-range|form-switch"
    "|link-|icon-link|stretched-link|bs-|focus-ring|hstack|vstack|vr|ratio|input-group"
)
_UNUSED = re.compile(rf"^\.(?:{UNUSED_PARTS})")
_UNUSED_ANYWHERE = re.compile(r"\[data-bs-theme=dark\]|:(?:in)?valid\b|\.is-(?:in)?valid\b|\.form-floating|\.was-")
_UNUSED_FRAMES = re.compile(r"^@keyframes (?:progress-bar|spinner|placeholder)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if the folder is not up to date")
    arguments = parser.parse_args()
    missing = [name for name in PACKAGES if not (MODULES / name / "package.json").is_file()]
    if missing:
        print(f"前端包还没有装好：{'、'.join(missing)}。请在项目根目录运行 npm ci，再来一次。", file=sys.stderr)
        return 1
    files = dict(collect())
    if arguments.check:
        return 0 if _as_on_disk(files) else 1
    if not _as_on_disk(files):
        write(files)
    return 0


def collect() -> Iterator[tuple[str, bytes]]:
    """Every file of static/vendor by its path there, the manifest last."""
    files = dict([*_styles(), *_fonts(), *_icons(), *_scripts(), *_licences()])
    yield from sorted(files.items())
    yield "manifest.json", manifest(files)


def manifest(files: dict[str, bytes]) -> bytes:
    """Versions of the packages and the SHA-256 of each file, so that a release can say what it serves."""
    versions = {name: json.loads((MODULES / name / "package.json").read_bytes())["version"] for name in PACKAGES}
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}
    return json.dumps({"packages": versions, "files": hashes}, indent=1).encode() + b"\n"


def _styles() -> Iterator[tuple[str, bytes]]:
    source = (MODULES / "bootstrap/dist/css/bootstrap.min.css").read_text("utf-8")
    yield "bootstrap.css", trim_bootstrap(source).encode()


def trim_bootstrap(source: str) -> str:
    """Bootstrap's style sheet without the parts named in UNUSED_PARTS."""
    banner, _, body = source.partition("*/")
    body = re.sub(r"/\*#.*?\*/", "", body)
    return f'{banner}*/\n@charset "UTF-8";' + "".join(_kept(body.replace('@charset "UTF-8";', "")))


def _kept(body: str) -> Iterator[str]:
    for head, block in rules(body):
        if head.startswith(("@media", "@supports")):
            inner = "".join(_kept(block))
            if inner:
                yield f"{head}{{{inner}}}"
        elif head.startswith("@keyframes"):
            if not _UNUSED_FRAMES.match(head):
                yield f"{head}{{{block}}}"
        else:
            selectors = [part for part in split_selectors(head) if not _is_unused(part)]
            if selectors:
                yield f"{','.join(selectors)}{{{block}}}"


def _is_unused(selector: str) -> bool:
    return bool(_UNUSED.match(selector) or _UNUSED_ANYWHERE.search(selector))


def rules(body: str) -> Iterator[tuple[str, str]]:
    """The top-level rules of a style sheet as (what stands before the brace, what stands between the braces)."""
    start = at = 0
    while (opening := body.find("{", at)) >= 0:
        depth, end = 1, opening + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(body[end], 0)
            end += 1
        yield body[start:opening].strip(), body[opening + 1 : end - 1]
        start = at = end


def split_selectors(head: str) -> list[str]:
    """A selector list cut at its top-level commas (not those within :not(…) or :is(…))."""
    parts, depth, current = [], 0, ""
    for char in head:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and not depth:
            parts.append(current)
            current = ""
        else:
            current += char
    return [*parts, current]


def _fonts() -> Iterator[tuple[str, bytes]]:
    """Noto Sans SC in unicode-range slices, for devices without a Chinese font.

    The weights of one slice stand side by side, so that compression finds the repeated range: a third of the size.
    """
    package = MODULES / "@fontsource/noto-sans-sc"
    faces: dict[str, dict[int, str]] = {}
    for weight in WEIGHTS:
        for name, block in _font_faces((package / f"{weight}.css").read_text("utf-8"), weight):
            faces.setdefault(name, {})[weight] = block
            yield f"fonts/{name}-{weight}.woff2", (package / f"files/{_file_name(name, weight)}").read_bytes()
    sheet = "\n".join(block for slices in faces.values() for block in slices.values())
    yield "fonts.css", f"/* Noto Sans SC, SIL Open Font License 1.1 */\n{sheet}\n".encode()


def _file_name(name: str, weight: int) -> str:
    return f"noto-sans-sc-{name}-{weight}-normal.woff2"


def _font_faces(sheet: str, weight: int) -> Iterator[tuple[str, str]]:
    for name, block in re.findall(r"/\* noto-sans-sc-\[?(.+?)\]?-\d+-normal \*/\s*@font-face \{(.+?)\}", sheet, re.S):
        if name in {"cyrillic", "vietnamese"}:
            continue
        covered = re.search(r"unicode-range: ([^;]+);", block)
        if covered is None:
            raise SystemExit(f"字体包变了样：{name} 没有写 unicode-range。")
        yield (
            name,
            f'@font-face{{font-family:"Noto Sans SC";font-style:normal;font-weight:{weight};font-display:swap;'
            f'src:url("fonts/{name}-{weight}.woff2") format("woff2");unicode-range:{covered[1]}}}',
        )


def icon_names() -> list[str]:
    lines = ICON_LIST.read_text("utf-8").splitlines()
    return sorted({line.strip() for line in lines if line.strip() and not line.startswith("#")})


def _icons() -> Iterator[tuple[str, bytes]]:
    """Bare shapes: the template tag adds the class and hides them from screen readers."""
    for name in icon_names():
        path = MODULES / "bootstrap-icons/icons" / f"{name}.svg"
        if not path.is_file():
            raise SystemExit(f"{ICON_LIST.name} 里的图标“{name}”在 bootstrap-icons 里没有，请改名。")
        inner = re.sub(r"^<svg[^>]*>|</svg>\s*$", "", path.read_text("utf-8").strip())
        yield f"icons/{name}.svg", re.sub(r"\n\s*", "", inner).encode()


def _scripts() -> Iterator[tuple[str, bytes]]:
    """Bars, lines and pies; pages load it only where a chart is shown."""
    source = (MODULES / "echarts/dist/echarts.simple.min.js").read_text("utf-8")
    yield "echarts.js", re.sub(r"\n//# sourceMappingURL=.*", "", source).encode()


def _licences() -> Iterator[tuple[str, bytes]]:
    for name in PACKAGES:
        for path in sorted((MODULES / name).iterdir()):
            if path.name.upper().split(".")[0] in {"LICENSE", "NOTICE"}:
                yield f"licences/{name.rsplit('/', 1)[-1]}-{path.name}", path.read_bytes()


def _as_on_disk(files: dict[str, bytes]) -> bool:
    present = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    return present == set(files) and all((VENDOR / name).read_bytes() == content for name, content in files.items())


def write(files: dict[str, bytes]) -> None:
    """Fill a fresh folder beside the place, then swap."""
    fresh = VENDOR.with_name(f".vendor-{os.getpid()}")
    old = VENDOR.with_name(f".vendor-old-{os.getpid()}")
    try:
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if VENDOR.exists():
            VENDOR.rename(old)
        fresh.rename(VENDOR)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())
