"""A text that lacks a language cannot exist."""

from __future__ import annotations

import pytest

from xinqiao.core.text import Lang, Text


def test_a_text_has_every_language() -> None:
    text = Text.of(zh="心桥", en="Xinqiao")
    assert text[Lang.ZH] == "心桥"
    assert list(text) == ["心桥", "Xinqiao"]
    assert text == Text.of(zh="心桥", en="Xinqiao")
    assert len({text, Text.of(zh="心桥", en="Xinqiao")}) == 1


@pytest.mark.parametrize("given", [{Lang.ZH: "心桥"}, {Lang.ZH: "心桥", Lang.EN: "  "}, {}])
def test_a_text_that_lacks_one_is_refused(given: dict[Lang, str]) -> None:
    with pytest.raises(ValueError, match="lacks"):
        Text(given)


def test_a_text_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        Text.of(zh="心", en="x").by_lang[Lang.ZH] = "别的"  # type: ignore[index]
