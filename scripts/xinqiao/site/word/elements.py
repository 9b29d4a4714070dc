"""Ways about the elements of a Word document: what is within, what is around, what stands for what."""

from __future__ import annotations

from collections.abc import Iterator

from xinqiao.site.word.drawing import MC
from xinqiao.site.word.styles import Element, W, switched

REMOVED = frozenset({f"{W}del", f"{W}moveFrom"})


def look_of(properties: Element | None) -> str:
    """The element by which a run stands higher, lower or struck out: `sup`, `sub`, `del`; empty for none."""
    if properties is None:
        return ""
    place = properties.find(f"{W}vertAlign")
    raised = {"superscript": "sup", "subscript": "sub"}.get(str(place.get(f"{W}val")) if place is not None else "", "")
    struck = [one for name in ("strike", "dstrike") if (one := properties.find(f"{W}{name}")) is not None]
    return raised or ("del" if any(switched(one) for one in struck) else "")


def texts(element: Element) -> Iterator[Element]:
    """The texts of an element itself, not those of text boxes anchored in it, nor of what was removed."""
    for text in element.iter(f"{W}t"):
        if not any(owner(text, tag, within=element) is not None for tag in (f"{W}txbxContent", *REMOVED)):
            yield text


def owner(element: Element, tag: str, within: Element | None = None) -> Element | None:
    """The nearest element of a kind around one, no further out than `within`."""
    for parent in element.iterancestors():
        if parent.tag == tag:
            return parent
        if parent is within:
            return None
    return None


def chosen(alternate: Element) -> Element:
    """Of several ways to write the same thing, the first, which today's programs read."""
    choice = alternate.find(f"{MC}Choice")
    return choice if choice is not None else alternate
