"""How a summary looks in a browser: faults that axe finds, pages that run over, and what a print holds."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from xinqiao.core.form import Form
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.alone import staff_page
from xinqiao.dashboard.overview import Shown
from xinqiao.dashboard.page import Around

BUDGET = 30 * 1024
SHOWN = Shown(college=Text.of(zh="学院", en="College"), demonstration=False)
WAYS: tuple[tuple[Lang, int, Literal["light", "dark"]], ...] = ((Lang.ZH, 390, "dark"), (Lang.EN, 1280, "light"))


def with_assets(root: Path, html: str) -> str:
    """A document with its styles and its script written into it, so that it can be opened without a server."""
    assets = root / "overrides" / "assets"

    def styles(match: re.Match[str]) -> str:
        return f"<style>{(assets / match[1]).read_text('utf-8')}</style>"

    html = re.sub(r'<link rel="stylesheet" href="[./]*assets/([\w.]+)">', styles, html)
    script = (assets / "summary.js").read_text("utf-8")
    html = re.sub(r'<script src="[./]*assets/summary.js" defer></script>', "", html)
    html = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    return html.replace("</body>", f"<script>{script}</script></body>")


def faults(page: Page) -> list[str]:
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:120]}" for fault in Axe().run(page).response["violations"]]


def check_looks(page: Page, root: Path, form: Form, tables: Sequence[SafeTable]) -> None:
    """No fault on phone and desk, light and dark, and no more bytes than the budget."""
    for lang, width, scheme in WAYS:
        made = staff_page(form, tables, lang, SHOWN, around=Around(files=".", form="#"))
        assert len(gzip.compress(made.encode())) <= BUDGET
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.set_content(with_assets(root, made))
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
