"""An event's share card (PNG) and posters (PDF for print), set by Typst; each is set once and kept by its content.

The posters are tagged (PDF/UA-1), so that they can be read aloud. Nothing is set where no font has Chinese letters:
boxes instead of letters help nobody.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from xinqiao.core.fonts import chosen
from xinqiao.core.text import Lang, Text
from xinqiao.site.events import Event, EventStatus

if TYPE_CHECKING:
    import typst

TEMPLATES = files("xinqiao") / "templates/site"
# The card's size in pixels is the one that messengers and social networks ask for: 1200 × 630 at 72 dots an inch.
DOTS = 72.0
PAPERS = ("a3", "a4")
CARD = "card.png"
LABELS: Mapping[str, Text] = {
    "event": Text.of(zh="活动", en="Event"),
    "when": Text.of(zh="时间", en="When"),
    "where": Text.of(zh="地点", en="Where"),
    "who": Text.of(zh="对象", en="For"),
    "speaker": Text.of(zh="主讲", en="Speaker"),
    "host": Text.of(zh="主持", en="Host"),
    "places": Text.of(zh="名额", en="Places"),
    "closing": Text.of(zh="报名截止", en="Register by"),
    "register": Text.of(zh="扫码报名", en="Scan to register"),
    "more": Text.of(zh="扫码查看详情", en="Scan to read more"),
    "code": Text.of(zh="二维码，通向", en="QR code leading to"),
    "demonstration": Text.of(zh="演示：学院是虚构的", en="Demonstration: the college is fictional"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that a card or poster says, in one language; `leads_to` is where its code leads, a whole address."""

    event: Event
    lang: Lang
    summary: str
    leads_to: str
    college: str
    portal: str
    demonstration: bool

    def data(self) -> Mapping[str, object]:
        """The words of the sheet, for its template."""
        event, lang = self.event, self.lang
        occasion = event.occasion()
        # A paper on a wall and a picture in a chat grow old: of where the event stands they say this one thing.
        cancelled = f" · {event.standing(lang)}" if event.status is EventStatus.CANCELLED else ""
        facts = {
            "when": event.day.words(lang),
            "where": event.place[lang],
            "who": event.audience(lang),
            "speaker": event.speaker[lang] if event.speaker else "",
            "host": event.host[lang] if event.host else "",
            "places": str(event.capacity or ""),
            "closing": occasion.closing(lang) if occasion and event.registering else "",
        }
        return {
            "lang": lang.value,
            "kind": LABELS["event"][lang] + cancelled,
            "title": event.title[lang],
            "facts": [[LABELS[name][lang], words] for name, words in facts.items() if words],
            "summary": self.summary,
            "college": self.college,
            "portal": self.portal,
            "notice": LABELS["demonstration"][lang] if self.demonstration else "",
            "code_words": f"{LABELS['code'][lang]} {self.leads_to}",
            "code_label": LABELS["register" if event.registering else "more"][lang],
            "leads_to": self.leads_to,
        }


@dataclass(slots=True, kw_only=True)
class Press:
    """Sets sheets into a folder, each once; `used` are those that this build asked for."""

    folder: Path
    used: set[Path] = field(default_factory=set)

    def card(self, sheet: Sheet) -> Path | None:
        """The share card as PNG, 1200 × 630; None where no font has Chinese letters."""
        return self._set("card", "png", sheet.data(), sheet.lang)

    def poster(self, sheet: Sheet, paper: str) -> Path | None:
        """The poster as PDF on `a3` or `a4`; None where no font has Chinese letters."""
        return self._set("poster", "pdf", {**sheet.data(), "paper": paper}, sheet.lang)

    def tidy(self) -> None:
        """Removes what this build had no use for."""
        for path in self.folder.glob("*") if self.folder.is_dir() else ():
            if path not in self.used:
                path.unlink()

    def _set(self, template: str, kind: str, data: Mapping[str, object], lang: Lang) -> Path | None:
        source = (TEMPLATES / f"{template}.typ").read_bytes()
        words = json.dumps(data, ensure_ascii=False, sort_keys=True)
        # The code is drawn when a sheet is set: it says nothing that the address does not.
        key = hashlib.sha256(b"\0".join((_made_by(), source, words.encode()))).hexdigest()
        path = self.folder / f"{key}.{kind}"
        if not path.is_file():
            made = _typeset(source, data, kind, lang)
            if made is None:
                return None
            self.folder.mkdir(parents=True, exist_ok=True)
            # Never half a file under its own name, should the build be stopped here.
            side = path.with_suffix(".new")
            side.write_bytes(made)
            side.replace(path)
        self.used.add(path)
        return path


@cache
def _made_by() -> bytes:
    return f"typst {version('typst')} segno {version('segno')}".encode()


def _typeset(source: bytes, data: Mapping[str, object], kind: str, lang: Lang) -> bytes | None:
    import typst  # noqa: PLC0415 - late, for the start-up of commands that set nothing

    known = _fonts()
    fonts = chosen(known.families(), lang)
    if not fonts:
        return None
    whole = {**data, "code": drawn_code(str(data["leads_to"])), "fonts": fonts}
    inputs = {"data": json.dumps(whole, ensure_ascii=False)}
    if kind == "png":
        card: bytes = typst.compile(source, format="png", ppi=DOTS, sys_inputs=inputs, font_paths=known)
        return card
    made: bytes = typst.compile(source, format="pdf", pdf_standards="ua-1", sys_inputs=inputs, font_paths=known)
    return made


@cache
def _fonts() -> typst.Fonts:
    """The fonts of this machine, looked for once: that takes a tenth of a second."""
    import typst  # noqa: PLC0415 - late, as above

    return typst.Fonts()


def drawn_code(address: str) -> str:
    """The QR code of an address as SVG, with the white margin that readers need."""
    import segno  # noqa: PLC0415 - late, as above

    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=4, light="white", xmldecl=False, nl=False)
    return out.getvalue().decode("ascii")
