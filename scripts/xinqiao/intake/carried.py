"""Which keys the built pages of forms seal to, read from the pages themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A form on a built page: the page's path below the site, the form's id, the recipients that it names."""

    page: str
    form: str
    recipients: tuple[str, ...]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and "data-recipients" in given:
            self.found.append((given.get("data-form") or "", tuple((given["data-recipients"] or "").split())))


def carried(site: Path) -> Iterator[Carried]:
    """Every form of a built site that can be sent, in order of pages."""
    for path in sorted(site.glob("*/forms/**/*.html")):
        reader = _Forms()
        reader.feed(path.read_text(encoding="utf-8"))
        for form, recipients in reader.found:
            yield Carried(page=path.relative_to(site).as_posix(), form=form, recipients=recipients)
