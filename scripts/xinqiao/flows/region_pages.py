"""The pages of a region: each form's merged tables, colleges side by side, in a shell that stands alone."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.problem import refuse
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang
from xinqiao.dashboard.alone import staff_index, staff_page
from xinqiao.dashboard.overview import Released, Shown
from xinqiao.dashboard.package import sizes
from xinqiao.dashboard.page import Around
from xinqiao.flows.staff import MARK, put_shell

PAGES = "pages"


def check_place(output: Path) -> None:
    """Raises XinqiaoError (output-not-ours) where the pages would take the place of somebody else's folder."""
    place = output / PAGES
    if place.is_dir() and any(place.iterdir()) and not (place / MARK).is_file():
        raise refuse("output-not-ours", folder=PAGES)


def write_pages(
    config: Config, output: Path, merged: Sequence[tuple[Form, tuple[SafeTable, ...]]], *, demonstration: bool
) -> None:
    """Writes `output/pages` beside the packages `output/FORM`, to the side and then swapped in.

    demonstration: whether the figures were generated; every page then says so.
    """
    side = output / f".{PAGES}.new"
    shutil.rmtree(side, ignore_errors=True)
    side.mkdir(parents=True)
    try:
        put_shell(config, side)
        shown = Shown(college=config.college, demonstration=demonstration)
        for lang in Lang:
            releases = [Released(form=form, tables=tables, href=f"{form.id}/") for form, tables in merged]
            for one in releases:
                folder = side / lang.value / one.form.id
                folder.mkdir(parents=True)
                page = staff_page(one.form, one.tables, lang, shown, around=_around(config, output, one, lang))
                (folder / "index.html").write_text(page, encoding="utf-8")
            index = staff_index(releases, lang, shown, brief=False)
            (side / lang.value / "index.html").write_text(index, encoding="utf-8")
        shutil.rmtree(output / PAGES, ignore_errors=True)
        side.rename(output / PAGES)
    finally:
        shutil.rmtree(side, ignore_errors=True)


def _around(config: Config, output: Path, one: Released, lang: Lang) -> Around:
    """Downloads lie in the package; what the portal says of the form lies on its site."""
    site = f"{config.site_url}{lang.value}/"
    return Around(
        files=f"../../../{one.form.id}",
        sizes=sizes(output / one.form.id),
        form=f"{site}forms/{one.form.id}/",
        figures=f"{site}figures/",
    )
