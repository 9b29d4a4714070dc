"""Renders the site's own templates, always escaped."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment

from xinqiao.core.text import Lang
from xinqiao.templates import environment

PLACES = {
    "CN": {Lang.ZH: "中国内地", Lang.EN: "Mainland China"},
    "HK": {Lang.ZH: "香港", Lang.EN: "Hong Kong"},
    "MO": {Lang.ZH: "澳门", Lang.EN: "Macao"},
    "TW": {Lang.ZH: "台湾", Lang.EN: "Taiwan"},
    "GB": {Lang.ZH: "英国", Lang.EN: "United Kingdom"},
    "US": {Lang.ZH: "美国", Lang.EN: "United States"},
    "AU": {Lang.ZH: "澳大利亚", Lang.EN: "Australia"},
}
LANGUAGES = {
    "zh": {Lang.ZH: "普通话", Lang.EN: "Mandarin"},
    "yue": {Lang.ZH: "粤语", Lang.EN: "Cantonese"},
    "en": {Lang.ZH: "英语", Lang.EN: "English"},
    "pt": {Lang.ZH: "葡萄牙语", Lang.EN: "Portuguese"},
}


def _named(names: dict[str, dict[Lang, str]]) -> object:
    return lambda code, lang: names.get(code, {}).get(lang, code)


@cache
def _environment() -> Environment:
    made = environment("site")
    made.filters["place"] = _named(PLACES)
    made.filters["language"] = _named(LANGUAGES)
    made.globals["zh"], made.globals["en"] = Lang.ZH, Lang.EN
    return made


def render(template: str, **values: object) -> str:
    """A template of `templates/site` with its values; every value is escaped."""
    return _environment().get_template(template).render(**values)
