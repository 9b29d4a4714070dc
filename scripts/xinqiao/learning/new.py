"""New courses and scenarios: drafts in both languages, of the shape that the reader asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from importlib import resources
from string import Template

from xinqiao.core.occasion import SLUG
from xinqiao.core.problem import refuse
from xinqiao.core.text import Lang, Text
from xinqiao.learning.course import FOLDER, INDEX

REVIEWED_WITHIN = timedelta(days=180)
FIRST, SCENARIO = "01-start", "scenario"
# What follows the course's title in a page's own.
AFTER = {FIRST: Text.of(zh="：第一课", en=": lesson 1")}


def course_files(slug: str, title: Text, today: date) -> dict[str, str]:
    """Path → text of a course's overview, a draft, and of its first lesson. Raises XinqiaoError (slug-unusable)."""
    days = {"today": today.isoformat(), "review_by": (today + REVIEWED_WITHIN).isoformat()}
    return {
        f"{FOLDER}/{_checked(slug)}/{name}.{lang.value}.md": _text(name, lang, slug, title, days)
        for name in (INDEX, FIRST)
        for lang in Lang
    }


def scenario_files(course: str, name: str, title: Text) -> dict[str, str]:
    """Path → text of a scenario's draft in a course. Raises XinqiaoError (slug-unusable)."""
    folder, slug = _checked(course), _checked(name)
    return {
        f"{FOLDER}/{folder}/scenario-{slug}.{lang.value}.md": _text(SCENARIO, lang, folder, title, {}) for lang in Lang
    }


def _checked(slug: str) -> str:
    if not SLUG.fullmatch(slug):
        raise refuse("slug-unusable", name=slug)
    return slug


def _text(name: str, lang: Lang, slug: str, title: Text, days: Mapping[str, str]) -> str:
    path = resources.files("xinqiao").joinpath("templates", "learning", "new", f"{name}.{lang.value}.md")
    whole = title[lang] + (AFTER[name][lang] if name in AFTER else "")
    written = json.dumps(whole, ensure_ascii=False)
    return Template(path.read_text(encoding="utf-8")).substitute(days, slug=slug, title=written, heading=title[lang])
