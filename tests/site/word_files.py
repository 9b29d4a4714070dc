"""Word documents for the tests, made on the spot: python-docx writes what it can, raw XML stands for the rest."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docx
from docx.oxml import parse_xml
from PIL import Image

NAMES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
}
DECLARED = " ".join(f'xmlns:{name}="{address}"' for name, address in NAMES.items())


def element(xml: str) -> Any:
    """An element from XML whose first tag lacks its namespaces."""
    name, _, rest = xml.partition(">")
    closed = name.endswith("/")
    return parse_xml(f"{name.rstrip('/')} {DECLARED}{'/' if closed else ''}>{rest}")


def runs(words: str) -> str:
    return f"<w:r><w:t xml:space='preserve'>{words}</w:t></w:r>"


def text_box(words: str) -> str:
    """A text box as today's Word writes it: in DrawingML, and once more in VML for old programs."""
    box = f"<w:txbxContent><w:p>{runs(words)}</w:p></w:txbxContent>"
    return (
        f"<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
    )


def paragraph(document: Any, words: str, *within: str) -> Any:
    """A paragraph, and raw elements at its end."""
    made = document.add_paragraph(words)
    for xml in within:
        made._p.append(element(xml))
    return made


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def saved(document: Any, path: Path) -> Path:
    document.save(str(path))
    return path


def document() -> Any:
    return docx.Document()


def rezipped(path: Path, changes: Mapping[str, bytes | None], name: str = "changed.docx") -> Path:
    """The same package with other parts: new content for some, None for those that are taken out."""
    made = path.with_name(name)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename not in changes:
                new.writestr(part, old.read(part))
        for part_name, content in changes.items():
            if content is not None:
                new.writestr(part_name, content)
    return made


def part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as package:
        return package.read(name)
