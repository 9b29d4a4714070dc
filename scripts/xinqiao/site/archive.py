"""A finished site as one ZIP file, to be carried on a stick and opened by double click, without any server.

A browser that opens a page from a disk knows no folders' first pages, and cannot compare a script with its hash, since
such pages have no origin (HTML, "opaque origin"; Subresource Integrity 3.5). So in the copy links name the page that
they lead to, and hashes of fetched files are left out; what a page may run and wear is limited as before.
"""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from xinqiao.core.text import Text
from xinqiao.site import page
from xinqiao.site.built import NOT_FOUND
from xinqiao.site.integrity import guarded
from xinqiao.site.manifest import MANIFEST, Stamp
from xinqiao.site.offline import WORKER

FOLDER, START = "xinqiao", "index.html"
# Of use on a host alone; the manifest tells of pages as they are there.
LEFT_OUT = frozenset({MANIFEST, WORKER, NOT_FOUND, "sitemap.xml", "sitemap.xml.gz"})
LINK = re.compile(r'(?P<name>\s(?:href|action|data-address|data-thanks|data-start)=")(?P<address>[^"#?]*)')
HASH = re.compile(r'\?h=[0-9a-f]+"|\s(?:data-[a-z]+-)?integrity="sha256-[^"]*"')
EARLIEST = 315_532_800  # 1980-01-01, before which a ZIP file knows no time
MODE = 0o644 << 16


def write_archive(site: Path, archive: Path, *, title: Text, stamp: Stamp) -> None:
    """Writes a finished site into `archive`; the same site and stamp give the same bytes.

    What was there before stays until the new file is whole.
    """
    archive.parent.mkdir(parents=True, exist_ok=True)
    moment = datetime.fromtimestamp(max(stamp.epoch, EARLIEST), UTC).timetuple()[:6]
    handle, beside = tempfile.mkstemp(prefix=f".{archive.name}-", dir=archive.parent)
    try:
        with os.fdopen(handle, "wb") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for path in sorted(path for path in site.rglob("*") if path.is_file() and path.name not in LEFT_OUT):
                name = path.relative_to(site).as_posix()
                entry = zipfile.ZipInfo(f"{FOLDER}/{name}", moment)
                entry.external_attr, entry.compress_type = MODE, zipfile.ZIP_DEFLATED
                packed.writestr(entry, _carried(name, path.read_bytes(), title))
        Path(beside).chmod(0o644)
        Path(beside).replace(archive)
    finally:
        Path(beside).unlink(missing_ok=True)


def _carried(name: str, content: bytes, title: Text) -> bytes:
    if name == START:
        return guarded(page.render("root.html", title=title, leaf=START)).encode()
    return for_disk(content.decode("utf-8")).encode() if name.endswith(".html") else content


def for_disk(page: str) -> str:
    """A page whose links name files, without hashes of what it fetches."""
    return LINK.sub(lambda link: f"{link['name']}{_file(link['address'])}", HASH.sub(_unsigned, page))


def _unsigned(found: re.Match[str]) -> str:
    return '"' if found[0].endswith('"') and found[0].startswith("?") else ""


def _file(address: str) -> str:
    """The file of an address within the site; others stay as they are."""
    parts = urlsplit(address)
    if not address or parts.scheme or parts.netloc or address.startswith("/"):
        return address
    if address.endswith("/"):
        return address + START
    return f"{address}/{START}" if address.rpartition("/")[2] in {".", ".."} else address
