"""Staff's summaries: pages of their own beside the public site, for a host that asks who you are."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.problem import Problem, XinqiaoError, refuse
from xinqiao.core.summary import Audience
from xinqiao.core.text import Lang
from xinqiao.dashboard.alone import staff_entrance, staff_index, staff_page
from xinqiao.dashboard.brief import brief
from xinqiao.dashboard.overview import Released, Shown
from xinqiao.dashboard.package import sizes
from xinqiao.dashboard.page import Around
from xinqiao.dashboard.released import read_package
from xinqiao.flows.notes import notes

ASSETS = ("alone.css", "summary.css", "summary.js", "favicon.svg")
# What a folder of ours has, so that nobody else's is removed.
MARK = "assets/alone.css"
NOBODY = "User-agent: *\nDisallow: /\n"


def latest(folder: Path) -> Path | None:
    """The newest release of a form; None before the first."""
    releases = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return releases[-1] if releases else None


def staff_folder(output: Path) -> Path:
    """Where staff's pages lie: beside the public site, never in it."""
    return output.with_name(f"{output.name}-staff")


def build_staff(config: Config, forms: Sequence[Form], output: Path) -> tuple[Path | None, tuple[Problem, ...]]:
    """Writes the pages of all forms with a release for staff beside `output`, and the brief; None where there is none.

    A page shows a form's public tables too, so that staff have one place to look. Raises XinqiaoError
    (output-not-ours) for a folder that is not ours, and as `read_package` does.
    """
    if not any(latest(config.released_dir(form.id, Audience.STAFF)) for form in forms):
        return None, ()
    place = staff_folder(output)
    if place.is_dir() and any(place.iterdir()) and not (place / MARK).is_file():
        raise refuse("output-not-ours", folder=place.name)
    side = place.with_name(f".{place.name}.new")
    shutil.rmtree(side, ignore_errors=True)
    side.mkdir(mode=0o700, parents=True)
    try:
        problems = _write(config, forms, side)
        shutil.rmtree(place, ignore_errors=True)
        side.rename(place)
    finally:
        shutil.rmtree(side, ignore_errors=True)
    return place, problems


def _write(config: Config, forms: Sequence[Form], side: Path) -> tuple[Problem, ...]:
    """All pages and files; gives why there is no brief."""
    put_shell(config, side)
    shown = Shown(college=config.college, demonstration=config.demonstration)
    problems: tuple[Problem, ...] = ()
    for lang in Lang:
        releases = [one for form in forms if (one := _release(config, form, lang))]
        for one in releases:
            if folder := latest(config.released_dir(one.form.id, Audience.STAFF)):
                _page(config, one, folder, lang, shown, side)
        try:
            (side / lang.value / "brief.pdf").write_bytes(brief(releases, lang, shown))
        except XinqiaoError as error:
            problems = error.problems
        index = staff_index(releases, lang, shown, brief=not problems)
        (side / lang.value / "index.html").write_text(index, encoding="utf-8")
    return problems


def put_shell(config: Config, side: Path) -> None:
    """What every folder of such pages has: styles, script, icon, the way to each language, no search engines."""
    (side / "robots.txt").write_text(NOBODY)
    (side / "assets").mkdir()
    for name in ASSETS:
        shutil.copyfile(config.root / "overrides" / "assets" / name, side / "assets" / name)
    (side / "index.html").write_text(staff_entrance(config.college), encoding="utf-8")


def _release(config: Config, form: Form, lang: Lang) -> Released | None:
    """A form's newest tables, those for staff first; one with public tables alone leads to the site."""
    staff, public = (latest(config.released_dir(form.id, audience)) for audience in (Audience.STAFF, Audience.PUBLIC))
    tables = tuple(table for folder in (staff, public) if folder for table in read_package(folder))
    href = f"{form.id}/" if staff else f"{config.site_url}{lang.value}/summaries/{form.id}/"
    return Released(form=form.joined, tables=tables, href=href) if tables else None


def _page(config: Config, one: Released, folder: Path, lang: Lang, shown: Shown, side: Path) -> None:
    """A form's page in one language, and its files once."""
    site, form = f"{config.site_url}{lang.value}/", one.form
    shutil.copytree(folder, side / "files" / form.id, dirs_exist_ok=True)
    files = f"../../files/{form.id}"
    around = Around(
        files=files,
        sizes=sizes(folder),
        form=f"{site}forms/{form.id}/",
        figures=f"{site}figures/",
        notes=tuple(notes(config, form.id, lang)),
    )
    page = side / lang.value / form.id / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(staff_page(form, one.tables, lang, shown, around=around), encoding="utf-8")
