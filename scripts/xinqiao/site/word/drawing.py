"""Drawings of a Word document: pictures, text boxes, and what is neither."""

from __future__ import annotations

from dataclasses import dataclass

from xinqiao.site.word.block import Picture
from xinqiao.site.word.parts import Parts, R
from xinqiao.site.word.styles import Element, W

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
V = "{urn:schemas-microsoft-com:vml}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
WHOLE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a drawing holds; `other`: it holds neither picture nor words, such as a chart."""

    pictures: tuple[Element, ...]
    boxes: tuple[Element, ...]
    other: bool


def drawn(drawing: Element) -> Drawn:
    """What a drawing holds, groups of shapes included; a text box within another comes with it."""
    boxes = [one for one in drawing.iter(f"{W}txbxContent") if not _again(one, drawing)]
    pictures = [
        one
        for one in drawing.iter(f"{PIC}pic", f"{V}imagedata")
        if not _again(one, drawing) and not any(one in box.iter(one.tag) for box in boxes)
    ]
    return Drawn(pictures=tuple(pictures), boxes=tuple(boxes), other=not boxes and not pictures)


def picture_of(shape: Element, drawing: Element, parts: Parts, number: int, paragraph: int) -> Picture | None:
    """A picture with its words; None where the document does not hold it (it is only linked to)."""
    blip = shape if shape.tag == f"{V}imagedata" else shape.find(f".//{A}blip")
    ident = "" if blip is None else str(blip.get(f"{R}embed") or blip.get(f"{R}id") or "")
    part = parts.blob(ident)
    if part is None:
        return None
    kind, blob = part
    return Picture(
        number=number, blob=blob, kind=kind, words=_words(shape, drawing), paragraph=paragraph, crop=_crop(shape)
    )


def _words(shape: Element, drawing: Element) -> str:
    """The alternative text: what is written beside the picture, else beside the drawing. Names of files are none."""
    if shape.tag == f"{V}imagedata":
        said = [str(parent.get("alt") or "") for parent in shape.iterancestors(f"{V}shape")]
    else:
        named = [*shape.iter(f"{PIC}cNvPr"), *drawing.iter(f"{WP}docPr")]
        said = [str(one.get("descr") or "") for one in named]
    return next((" ".join(words.split()) for words in said if words.strip()), "")


def _crop(shape: Element) -> tuple[float, float, float, float]:
    """What is cut off left, top, right and below; what is added there instead (below zero) counts as nothing."""
    old = shape.tag == f"{V}imagedata"
    rect = shape if old else shape.find(f".//{A}srcRect")
    sides = ("cropleft", "croptop", "cropright", "cropbottom") if old else ("l", "t", "r", "b")
    cut = [0.0 if rect is None else _part(str(rect.get(side) or "0"), old=old) for side in sides]
    return cut[0], cut[1], cut[2], cut[3]


def _part(written: str, *, old: bool) -> float:
    """A part of one: thousandths of a per cent or per cent; of old (VML): 65,536ths with an f, or parts of one."""
    unit = 65_536 if written.endswith("f") else 100 if written.endswith("%") else 1 if old else WHOLE
    try:
        number = float(written.rstrip("%f")) / unit
    except ValueError:
        return 0.0
    return min(max(number, 0.0), 1.0)


def _again(element: Element, drawing: Element) -> bool:
    """Whether something is a second way to write what stands there already, or lies in a text box of its own."""
    for parent in element.iterancestors():
        if parent is drawing:
            return False
        if parent.tag == f"{MC}Fallback" or (parent.tag == f"{W}txbxContent" and element.tag == f"{W}txbxContent"):
            return True
    return False
