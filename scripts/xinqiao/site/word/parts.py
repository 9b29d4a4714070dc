"""What lies beside a Word document's text: pictures, targets of links, notes, what stands on top and below of pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xinqiao.site.word.styles import Element, W

if TYPE_CHECKING:
    from docx.document import Document

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# Notes that only draw the line above the others.
LINES = frozenset({"separator", "continuationSeparator", "continuationNotice"})
# Addresses that a page may lead to.
LEADS = ("http://", "https://", "mailto:", "tel:")


class Parts:
    """The parts that belong to the main text of a document."""

    def __init__(self, document: Document) -> None:
        self.part = document.part
        self.notes = {kind: dict(self._notes(kind)) for kind in ("footnotes", "endnotes")}

    def target(self, link: Element) -> str:
        """Where a link leads; empty where it leads within the document, or nowhere that a page may lead to."""
        relation = self.part.rels.get(str(link.get(f"{R}id")))
        target = str(relation.target_ref) if relation is not None and relation.is_external else ""
        return target if target.lower().startswith(LEADS) else ""

    def blob(self, ident: str) -> tuple[str, bytes] | None:
        """Ending and content of what a name stands for; None where it is not in the document."""
        relation = self.part.rels.get(ident)
        if relation is None or relation.is_external:
            return None
        part = relation.target_part
        return part.partname.ext.lower(), part.blob

    def note(self, kind: str, ident: str) -> Element | None:
        """A footnote or endnote."""
        return self.notes[kind].get(ident)

    def margins(self) -> Iterator[str]:
        """The words of each header and footer that has any."""
        for kind in ("header", "footer"):
            for root in self._roots(kind):
                words = "".join(text.text or "" for text in root.iter(f"{W}t"))
                if words.strip():
                    yield words.strip()

    def root(self, kind: str) -> Element | None:
        """The first part of a kind, such as `styles`; None where there is none."""
        return next(self._roots(kind), None)

    def _notes(self, kind: str) -> Iterator[tuple[str, Element]]:
        for root in self._roots(kind):
            for note in root:
                if note.get(f"{W}type") not in LINES:
                    yield str(note.get(f"{W}id")), note

    def _roots(self, kind: str) -> Iterator[Element]:
        from docx.oxml import parse_xml  # noqa: PLC0415 - start-up time

        for relation in self.part.rels.values():
            if not relation.is_external and str(relation.reltype).rsplit("/", 1)[-1] == kind:
                yield parse_xml(relation.target_part.blob)
