"""Printed slips with one-time codes: a sheet for each unit, to be cut apart and handed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinqiao.core.form import Form
from xinqiao.core.slip import grouped
from xinqiao.core.text import Lang, Text
from xinqiao.forms.page import render, spoken

WORDS: Mapping[str, Text] = {
    "title": Text.of(zh="一次性代码纸条", en="Slips with one-time codes"),
    "how": Text.of(
        zh="沿虚线剪开，折好，打乱后由每人自己抽一张；不要登记谁抽到哪一张。没发完的销毁。",
        en="Cut along the dashed lines, fold, mix, and let everyone draw one; do not note who drew which. "
        "Destroy what is left over.",
    ),
    "code": Text.of(zh="代码", en="Code"),
    "once": Text.of(zh="只能用一次", en="Good for one answer"),
}


def slips_page(form: Form, slips: Mapping[str, Sequence[str]], address: Mapping[Lang, str]) -> str:
    """A page that prints the slips, both languages on each. slips: the words for a unit → its codes."""
    return render(
        "slips.html",
        "",
        title={lang.value: form.title[lang] for lang in Lang},
        langs=[(lang.value, lang.tag) for lang in Lang],
        words={lang.value: spoken(WORDS, lang) for lang in Lang},
        address={lang.value: address[lang] for lang in Lang},
        sheets=[(unit, [grouped(code) for code in codes]) for unit, codes in slips.items()],
    )
