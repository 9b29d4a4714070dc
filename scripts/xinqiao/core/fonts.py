"""The fonts that papers and pictures are set in: those with Chinese letters first, then Latin ones."""

from __future__ import annotations

from collections.abc import Collection

from xinqiao.core.text import Lang

# Fonts with Chinese letters as systems name them; the first that is there is taken.
CHINESE = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Microsoft YaHei",
    "HarmonyOS Sans SC", "MiSans", "Heiti SC", "STHeiti", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun",
)  # fmt: skip
# For English before them: quotation marks of a Chinese font are as wide as a letter. Typst brings the last one along.
LATIN = ("Noto Sans", "Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans", "Libertinus Serif")
# Where a machine has none: the package of Debian and its kin that brings one.
PACKAGE = "fonts-noto-cjk"


def chosen(installed: Collection[str], lang: Lang) -> tuple[str, ...]:
    """The fonts to set a language in, of those installed; none where no font has Chinese letters.

    Names of colleges and events need Chinese letters in either language.
    """
    chinese = next((name for name in CHINESE if name in installed), None)
    if chinese is None:
        return ()
    latin = tuple(name for name in LATIN if name in installed)[:1] if lang is Lang.EN else ()
    return (*latin, chinese)
