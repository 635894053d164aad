"""What is served: only what is used, small, from our own address, the same every time."""

import gzip
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

import qihang.web

ROOT = Path(__file__).resolve().parents[3]
WEB = Path(qihang.web.__file__).parent
STATIC = WEB / "static"
PORTAL_STYLES = [
    "vendor/bootstrap.css",
    *(f"css/{name}.css" for name in ("tokens", "shell", "components", "forms", "print")),
]
STYLE_BUDGET = 45 * 1024
SCRIPT_BUDGET = 25 * 1024


@pytest.fixture(scope="module")
def vendor() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor_assets", ROOT / "scripts" / "vendor_assets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def packed(*paths: Path) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def test_styles_and_portal_scripts_keep_to_their_budgets() -> None:
    import django_htmx

    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
    assert packed(*(STATIC / name for name in PORTAL_STYLES)) <= STYLE_BUDGET
    assert packed(htmx, STATIC / "js" / "common.js") <= SCRIPT_BUDGET


def test_every_style_sheet_of_the_base_is_counted() -> None:
    base = (WEB / "templates" / "base.html").read_text("utf-8")
    linked = re.findall(r"rel=\"stylesheet\" href=\"{% static '(.*?)' %}\"", base)
    assert set(linked) == {*PORTAL_STYLES, "vendor/fonts.css"}  # the fonts only where a device has none, or no scripts


def test_charts_are_loaded_on_results_pages_alone() -> None:
    users = [path for path in (WEB / "templates").rglob("*.html") if "echarts" in path.read_text("utf-8")]
    assert {path.name for path in users} <= {"results.html", "chart.html"}


def test_what_is_served_is_what_the_packages_hold(vendor: ModuleType) -> None:
    files = dict(vendor.collect())
    assert dict(vendor.collect()) == files
    listed = json.loads(files["manifest.json"])["files"]
    assert set(listed) == set(files) - {"manifest.json"}
    for name, content in files.items():
        assert (STATIC / "vendor" / name).read_bytes() == content, f"{name}: run scripts/vendor_assets.py"


def test_nothing_else_is_served(vendor: ModuleType) -> None:
    present = {str(path.relative_to(STATIC / "vendor")) for path in (STATIC / "vendor").rglob("*") if path.is_file()}
    assert present == set(dict(vendor.collect()))


def test_writing_swaps_the_folder_whole(vendor: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "vendor")
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "old.js").write_text("old")
    vendor.write({"a/b.css": b"x"})
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b.css", "vendor"]


def test_missing_packages_get_one_line(
    vendor: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(vendor, "MODULES", tmp_path)
    monkeypatch.setattr("sys.argv", ["vendor_assets.py"])
    assert vendor.main() == 1
    assert "npm ci" in capsys.readouterr().err


def test_an_icon_that_does_not_exist_is_named(
    vendor: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = tmp_path / "icons.txt"
    listed.write_text("# comment\nno-such-icon\n")
    monkeypatch.setattr(vendor, "ICON_LIST", listed)
    with pytest.raises(SystemExit, match="no-such-icon"):
        list(vendor._icons())


def test_trimming_keeps_the_rest_of_a_rule(vendor: ModuleType) -> None:
    source = "/*! banner */.btn,.card{a:b}.modal{c:d}@media (min-width:1px){.toast{e:f}.row{g:h}}@media print{.toast{i:j}}@keyframes spinner-grow{to{k:l}}"
    assert (
        vendor.trim_bootstrap(source) == '/*! banner */\n@charset "UTF-8";.btn{a:b}@media (min-width:1px){.row{g:h}}'
    )


def test_selectors_are_cut_at_their_own_commas(vendor: ModuleType) -> None:
    assert vendor.split_selectors(":is(a,b) c,d:not(.e,.f)") == [":is(a,b) c", "d:not(.e,.f)"]


def test_classes_that_pages_use_exist(vendor: ModuleType) -> None:
    """A class of ours (q-, is-) in a template has a rule, so that a slip of the pen shows."""
    styles = "".join(path.read_text("utf-8") for path in (STATIC / "css").glob("*.css"))
    known = set(re.findall(r"\.((?:q|is)-[\w-]+)", styles))
    used = {
        name
        for path in (WEB / "templates").rglob("*.html")
        for names in re.findall(r"class=\"([^\"{]*)", path.read_text("utf-8"))
        for name in names.split()
        if name.startswith(("q-", "is-")) and not name.endswith("-")
    }
    assert used <= known | {"q-hide-s", "q-side-me"}, sorted(used - known)


def test_listed_icons_are_used_and_used_ones_listed(vendor: ModuleType) -> None:
    listed = set(vendor.icon_names())
    source = "".join(path.read_text("utf-8") for path in [*(WEB / "templates").rglob("*.html"), *WEB.rglob("*.py")])
    used = set(re.findall(r"""(?:icon |icon_name=|icon=)["']([a-z0-9-]+)["']""", source))
    assert used <= listed, sorted(used - listed)


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert not [name for name, entry in packages.items() if "integrity" not in entry]
