"""Renders the pages around the editor, always escaped."""

from __future__ import annotations

import json
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from xinqiao.core.text import Lang, Text
from xinqiao.templates import environment

# The pages that the bar leads to, by their address below the language's.
PLACES = (
    ("", Text.of(zh="编辑", en="Edit")),
    ("new/", Text.of(zh="新建", en="New")),
    ("check/", Text.of(zh="检查", en="Check")),
    ("publish/", Text.of(zh="发布", en="Publish")),
)


@cache
def _environment() -> Environment:
    made = environment("editor")
    made.globals["zh"], made.globals["en"] = Lang.ZH, Lang.EN
    made.globals["places"] = PLACES
    return made


def render(template: str, lang: Lang, **values: object) -> bytes:
    """A template of `templates/editor` in a language; every value is escaped."""
    other = next(each for each in Lang if each is not lang)
    values = {"again": 0, "lang": lang, "other": other} | values
    return _environment().get_template(template).render(**values).encode()


def embedded(document: object) -> Markup:
    """A document as JSON that can stand in a script element of a page."""
    text = json.dumps(document, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - nothing in it can end the element
