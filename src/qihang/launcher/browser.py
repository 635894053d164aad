"""The Chromium that the browser tests drive: the machine's own, since none can be had from a package index."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from qihang.foundation.core.errors import DomainError

# What Playwright switches off (a second list of ours would replace it), and the suggestions under the address bar, which
# a window without a screen would set up as two pages of their own: more work than the page of most tests.
_WITHOUT = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "WebUIOmniboxPopup",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# For a browser that runs as root in a container and must not phone home.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=" + ",".join(_WITHOUT),
)


def find_chromium() -> str | None:
    """The path of a Chromium: `QIHANG_CHROMIUM`, else the first on PATH."""
    named = os.environ.get("QIHANG_CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    return next((found for found in map(shutil.which, NAMES) if found), None)


def ensure_chromium(log: Path) -> str:
    """Find it, or install it where that can be done (root with apt). Raises DomainError with the line to run."""
    found = find_chromium()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("· 安装 Chromium（浏览器测试要用）", file=sys.stderr, flush=True)
        _install(log)
        found = find_chromium()
    if found is None:
        raise DomainError(
            "浏览器测试需要 Chromium；请先运行 sudo apt-get install chromium，或用 QIHANG_CHROMIUM 指明它的路径。"
        )
    return found


def _install(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        for argv in (("apt-get", "update"), ("apt-get", "install", "-y", "--no-install-recommends", "chromium")):
            subprocess.run(  # noqa: S603
                argv,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
            )
