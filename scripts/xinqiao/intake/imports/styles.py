"""The systems whose exports are known, and which of them wrote a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xinqiao.intake.imports.formbricks import FORMBRICKS
from xinqiao.intake.imports.google import GOOGLE
from xinqiao.intake.imports.limesurvey import LIMESURVEY
from xinqiao.intake.imports.microsoft import MICROSOFT
from xinqiao.intake.imports.odk import ODK
from xinqiao.intake.imports.plain import PLAIN
from xinqiao.intake.imports.style import Style
from xinqiao.intake.imports.wenjuanxing import WENJUANXING
from xinqiao.intake.imports.words import same

STYLES: Mapping[str, Style] = {
    style.name: style for style in (WENJUANXING, MICROSOFT, LIMESURVEY, ODK, FORMBRICKS, GOOGLE, PLAIN)
}


def style_of(headers: Iterable[str]) -> Style:
    """The system whose own columns stand in a file; plain where none's do."""
    told = {same(header) for header in headers}
    return next((style for style in STYLES.values() if style.fits(told)), PLAIN)
