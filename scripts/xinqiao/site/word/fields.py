"""Fields of a Word document: links that are written as fields, and codes that are no words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from xinqiao.site.word.styles import Element, W

LINK = re.compile(r'\bHYPERLINK\s+"(?P<address>[^"]+)"')


@dataclass(slots=True)
class _Open:
    """A field that has begun: its code so far, and whether its result has."""

    code: str = ""
    result: bool = False


@dataclass(slots=True)
class Fields:
    """The fields that are open at a place of the document; they may lie in each other and go over paragraphs."""

    open: list[_Open] = field(default_factory=list)

    def take(self, child: Element) -> None:
        """Reads the next element of a run."""
        if child.tag == f"{W}fldChar":
            kind = child.get(f"{W}fldCharType")
            if kind == "begin":
                self.open.append(_Open())
            elif kind == "separate" and self.open:
                self.open[-1].result = True
            elif kind == "end" and self.open:
                self.open.pop()
        elif child.tag == f"{W}instrText" and self.open and not self.open[-1].result:
            self.open[-1].code += child.text or ""

    @property
    def silent(self) -> bool:
        """Whether what stands here is a field's code, not its result."""
        return any(not one.result for one in self.open)

    @property
    def href(self) -> str:
        """Where the words here lead to; empty where they are no link."""
        found = [match["address"] for one in self.open if (match := LINK.search(one.code))]
        return found[-1] if found else ""
