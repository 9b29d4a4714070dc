"""Takes out of the theme's stylesheet what no page of the portal wears, so that a first view is light.

The theme (Material for MkDocs) ships the looks of every feature it has; most of them are never switched on here.
Left out are rules whose every selector is of such a feature, and properties that then nothing reads. What is left out
is named here by feature, not found by looking at pages, so that the result depends on the theme alone.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

SHEET, OWN_SHEETS = "assets/stylesheets/main.*.css", "assets/*.css"
ENCODING = '@charset "UTF-8";'
# Files of the theme that no page asks for: its own sources, and scripts whose work the portal's own do.
IDLE_FILES, IDLE_FOLDER = "assets/**/*.map", "assets/javascripts"
# The theme's palette of many colours: all colours of the portal are in its own sheet.
PALETTE, PALETTE_LINK = (
    "assets/stylesheets/palette.*.css",
    re.compile(r'<link rel="stylesheet" href="[^"]*/palette\.[^"]*">'),
)
# Features of the theme that the portal does not use, as their selectors begin.
UNUSED = re.compile(
    r"\.(?:highlight|linenos|linenodiv|tabbed-|md-annotation|md-clipboard|md-code__|md-post|md-blog|md-author|md-version|"
    r"md-consent|md-feedback|md-source|md-social|md-tag|md-status|md-top\b|md-progress|md-path|md-banner|md-dialog|"
    r"md-tooltip|md-profile|md-pagination|task-list|critic|keys\b|mermaid|arithmatex|katex|glightbox|twemoji|emojione|"
    r"gemoji|doc-|headerlink|grid\b|annotate|md-copyright|md-select|md-footer__|md-nav__source|md-nav--integrated|"
    r"md-hero)|\bkbd\b|\bmjx|\bvideo\b|\.md-typeset \.(?:abstract|info|success|question|failure|danger|bug|example)\b"
)
BETWEEN = re.compile(r",(?![^(]*\))")
DECLARED = re.compile(
    r"(?<=[{;])(--[\w-]+):((?:[^;{}\"'(]|\"[^\"]*\"|'[^']*'|\((?:[^()\"]|\"[^\"]*\")*\))*)(?:;|(?=}))"
)
READ = re.compile(r"var\((--[\w-]+)")


def lighten(folder: Path) -> None:
    """Lightens the files of the theme in the folder of a language."""
    own = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob(OWN_SHEETS)))
    for path in folder.glob(SHEET):
        path.write_text(lighter(path.read_text(encoding="utf-8"), own), encoding="utf-8")
    for path in [*folder.glob(IDLE_FILES), *folder.glob(PALETTE)]:
        path.unlink()
    shutil.rmtree(folder / IDLE_FOLDER, ignore_errors=True)


def lighter_page(page: str) -> str:
    """A page without its link to the theme's palette of many colours."""
    return PALETTE_LINK.sub("", page) if "/palette." in page else page


def lighter(sheet: str, own: str = "") -> str:
    """A stylesheet without the looks of unused features and without properties that neither it nor `own` reads."""
    start = ENCODING if sheet.startswith(ENCODING) else ""
    sheet = start + "".join(_kept(sheet))
    while True:
        read = {*READ.findall(sheet), *READ.findall(own)}
        less = DECLARED.sub(lambda one: one[0] if one[1] in read else "", sheet)  # noqa: B023 (used at once)
        if less == sheet:
            return sheet
        sheet = less


def _kept(sheet: str) -> Iterator[str]:
    for head, inside in _blocks(sheet):
        if head.startswith(("@media", "@supports")):
            inner = "".join(_kept(inside))
            if inner:
                yield f"{head}{{{inner}}}"
        elif head.startswith("@"):
            yield f"{head}{{{inside}}}"
        else:
            worn = [one for one in BETWEEN.split(head) if not UNUSED.search(one)]
            if worn:
                yield f"{','.join(worn)}{{{inside}}}"


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """Each rule of a minified stylesheet: what stands before its braces, and what within them."""
    at = 0
    while (opening := sheet.find("{", at)) >= 0:
        closing = _closing(sheet, opening)
        # A statement such as @charset stands before the first rule.
        yield sheet[at:opening].rpartition(";")[2], sheet[opening + 1 : closing]
        at = closing + 1


def _closing(sheet: str, opening: int) -> int:
    """Where the brace closes that opens at `opening`; braces in strings do not count."""
    depth, at = 0, opening
    while at < len(sheet):
        sign = sheet[at]
        if sign in "\"'":
            at = sheet.index(sign, at + 1)
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return at
        at += 1
    raise ValueError("a brace of the stylesheet is never closed")
