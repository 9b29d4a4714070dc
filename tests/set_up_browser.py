"""Sees to a browser for the tests: Chromium without a window of its own, which starts and paints at a fraction of the
cost, else whatever Chromium is there, else Playwright's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found(*names: str) -> str | None:
    """The path of a Chromium on this machine: XINQIAO_CHROMIUM, else by these names or its usual ones."""
    return os.environ.get("XINQIAO_CHROMIUM") or next(filter(None, map(shutil.which, names or NAMES)), None)


def run(*command: str) -> bool:
    print("+", " ".join(command), flush=True)
    try:
        return subprocess.run(command, check=False).returncode == 0
    except OSError:
        return False


def debian(package: str) -> bool:
    """Installs a package of Debian where this user may; never asks for a password."""
    if shutil.which("apt-get") is None:
        return False
    may = ["apt-get"] if os.geteuid() == 0 else ["sudo", "--non-interactive", "apt-get"]
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    return run(*may, "update", "-qq") and run(*may, "install", "-y", "-qq", package, "fonts-noto-cjk")


def main() -> int:
    if found(SHELL) or (debian(SHELL) and found(SHELL)) or found() or (debian("chromium") and found()):
        return 0
    if run(sys.executable, "-m", "playwright", "install", "chromium"):
        return 0
    print("没有可用的浏览器：请安装 Chromium，或用 XINQIAO_CHROMIUM 指明它的路径。", file=sys.stderr)
    print("There is no browser: install Chromium or name its path in XINQIAO_CHROMIUM.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
