"""PNG files of at most 256 colours, from screenshots: the browser decodes them, numpy counts their colours.

Source: Portable Network Graphics (third edition), W3C 2025: IHDR, PLTE, IDAT, IEND; colour type 3, filter 0.
"""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

COLOURS = 128
# Pixels are asked of the browser as bytes: red, green, blue, alpha.
PIXELS = """async picture => {
  const image = new Image();
  image.src = "data:image/png;base64," + picture;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, image.width, image.height).data;
  let binary = "";
  for (let at = 0; at < data.length; at += 8192) binary += String.fromCharCode(...data.subarray(at, at + 8192));
  return [image.width, image.height, btoa(binary)];
}"""


def small_png(picture: bytes, blank: Page) -> bytes:
    """A screenshot in its commonest colours, each other pixel in the nearest of them; `blank`: a page of no policy."""
    width, height, pixels = blank.evaluate(PIXELS, base64.b64encode(picture).decode())
    rgb = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(-1, 4)[:, :3].astype(np.int64)
    coded = rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]
    every, inverse, counts = np.unique(coded, return_inverse=True, return_counts=True)
    kept = every[np.sort(np.argsort(-counts, kind="stable")[:COLOURS])]
    nearest = ((_parts(every)[:, None, :] - _parts(kept)[None, :, :]) ** 2).sum(2).argmin(1).astype(np.uint8)
    rows = nearest[inverse].reshape(height, width)
    lines = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", _parts(kept).astype(np.uint8).tobytes()))
    ends = ((b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in (*parts, *ends))


def _parts(colours: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.stack([colours >> 16 & 255, colours >> 8 & 255, colours & 255], axis=1)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
