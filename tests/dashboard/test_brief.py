"""The brief is one page however many forms there are, is tagged, and says when a font is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import typst

from xinqiao.core.fonts import CHINESE
from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.brief import brief
from xinqiao.dashboard.overview import Released, Shown

Maker = Callable[..., tuple[SafeTable, ...]]
SHOWN = Shown(college=Text.of(zh='#学院 "一" $x$', en='#College "A" $x$ \\'), demonstration=True)


@pytest.fixture(scope="module")
def a_font(root: object) -> None:
    if not set(CHINESE) & set(typst.Fonts().families()):
        pytest.skip("no font with Chinese letters is installed here")


@pytest.mark.usefixtures("a_font")
@pytest.mark.parametrize("lang", list(Lang))
def test_it_is_one_tagged_page(form: Form, make_tables: Maker, lang: Lang) -> None:
    long = Text.of(zh="很长的表单名称，长到要换行，再换一行" * 2, en="A long title of a form that needs two lines " * 2)
    many = [Released(form=replace(form, title=long), tables=make_tables(), href=f"{n}/") for n in range(20)]
    made = brief(many, lang, SHOWN)
    assert made.startswith(b"%PDF-")
    assert re.findall(rb"/Type/Pages/Count (\d+)", made) == [b"1"]
    assert b"/StructTreeRoot" in made


@pytest.mark.usefixtures("a_font")
def test_same_input_same_bytes(form: Form, make_tables: Maker) -> None:
    one = [Released(form=form, tables=make_tables(), href="f/")]
    assert brief(one, Lang.ZH, SHOWN) == brief(one, Lang.ZH, SHOWN)


def test_without_a_font_it_says_which(form: Form, make_tables: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    class Bare:
        def __init__(self, *_: Any) -> None: ...

        def families(self) -> list[str]:
            return ["Libertinus Serif"]

    monkeypatch.setattr(typst, "Fonts", Bare)
    with pytest.raises(XinqiaoError) as caught:
        brief([Released(form=form, tables=make_tables(), href="f/")], Lang.EN, SHOWN)
    (problem,) = caught.value.problems
    assert problem.code == "brief-font-missing"
    assert "Noto Sans CJK SC" in str(problem.params["fonts"])
