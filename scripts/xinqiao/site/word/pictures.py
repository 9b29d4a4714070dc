"""Pictures of a document made fit for a page: turned upright, cropped as Word shows them, small, without metadata."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xinqiao.site.pictures import LARGEST

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE = 2000
# More points than any camera of a telephone takes; what has more is made to fill the memory.
MOST_POINTS = 120_000_000
QUALITIES = (85, 75, 65, 55)
SMALLER = 0.8
SHOWN = frozenset({"PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A picture for the web: the ending of its file, its content, width and height in pixels."""

    ending: str
    content: bytes = field(repr=False)
    size: tuple[int, int]


def fit_picture(blob: bytes, crop: tuple[float, float, float, float]) -> Fit | None:
    """A picture made fit for the web; None where it is of a kind that browsers do not show, or broken.

    `crop`: what is cut off left, top, right and below, in parts of one. At most 2,000 pixels a side and `LARGEST`
    bytes; where and when it was taken, and by which telephone, is not kept, nor what was cut off.
    """
    # Pillow takes a tenth of a second to load.
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - start-up time

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(blob))
            if opened.format not in SHOWN or opened.width * opened.height > MOST_POINTS:
                return None
            picture = ImageOps.exif_transpose(opened)
            picture.load()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None
    return _written(_cropped(picture, crop), photograph=opened.format in {"JPEG", "WEBP", "TIFF"})


def _cropped(picture: Image, crop: tuple[float, float, float, float]) -> Image:
    left, top, right, below = (min(max(part, 0.0), 1.0) for part in crop)
    box = (
        round(picture.width * left),
        round(picture.height * top),
        round(picture.width * (1 - right)),
        round(picture.height * (1 - below)),
    )
    return picture.crop(box) if any(crop) and box[0] < box[2] and box[1] < box[3] else picture


def _written(picture: Image, *, photograph: bool) -> Fit:
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if not photograph:
        plain = picture if picture.mode in {"1", "L", "LA", "P", "RGB", "RGBA"} else picture.convert("RGBA")
        content = _bytes(plain, "PNG", optimize=True)
        if len(content) <= LARGEST:
            return Fit(ending=".png", content=content, size=plain.size)
    flat = _on_white(picture)
    while True:
        for quality in QUALITIES:
            content = _bytes(flat, "JPEG", quality=quality, optimize=True, progressive=True)
            if len(content) <= LARGEST:
                return Fit(ending=".jpg", content=content, size=flat.size)
        flat = flat.resize((max(1, int(flat.width * SMALLER)), max(1, int(flat.height * SMALLER))))


def _on_white(picture: Image) -> Image:
    """Without transparency, which JPEG cannot hold."""
    from PIL import Image  # noqa: PLC0415 - start-up time

    if picture.mode not in {"RGBA", "LA", "PA", "P"}:
        return picture.convert("RGB")
    own = picture.convert("RGBA")
    white = Image.new("RGBA", own.size, "white")
    return Image.alpha_composite(white, own).convert("RGB")


def _bytes(picture: Image, kind: str, **how: int | bool) -> bytes:
    # Only what is asked for is written: a fresh picture carries no EXIF, no profile, no comment.
    bare = picture.copy()
    bare.info = {key: bare.info[key] for key in ("transparency",) if key in bare.info and kind == "PNG"}
    out = io.BytesIO()
    bare.save(out, kind, **how)
    return out.getvalue()
