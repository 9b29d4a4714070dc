"""A page as an article of a WeChat official account: clean HTML whose looks stand in each element.

WeChat's editor keeps `style` attributes and takes style elements, classes, ids, scripts, SVG pictures and `div` away;
links in articles lead nowhere. So links are numbered and their addresses listed, and a QR code leads to the page.
Pictures come as data, as other programs that copy to WeChat send them, so that they need no public address.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from posixpath import normpath
from urllib.parse import quote, unquote, urljoin, urlsplit

from xinqiao.core.text import Lang
from xinqiao.site import page
from xinqiao.site.fragment import VOID
from xinqiao.site.help_lines import HelpLine, help_html

KINDS = ("article", "events", "recaps", "policy", "page", "help")
# No part of what a page says: its frame, and what only works on the site. `xq-fold--quiet`: where numbers come from.
LEFT_OUT = frozenset({"script", "style", "svg", "nav", "form", "button", "template", "noscript", "iframe", "h1"})
LEFT_OUT_CLASSES = frozenset({"xq-mark", "xq-meta", "xq-tagged", "headerlink", "xq-fold--quiet", "xq-copy"})
TEXT = "font-size:16px;line-height:1.8;color:#2b2b2b;"
CELL = "border:1px solid #c9d3d1;padding:6px 8px;font-size:14px;line-height:1.6;text-align:left;vertical-align:top;"
STYLES = {
    "p": f"margin:0 0 16px;{TEXT}",
    "h2": "margin:32px 0 12px;font-size:18px;line-height:1.5;font-weight:bold;color:#1f5c57;",
    "h3": "margin:24px 0 8px;font-size:16px;line-height:1.5;font-weight:bold;color:#1f5c57;",
    "h4": "margin:16px 0 8px;font-size:16px;line-height:1.5;font-weight:bold;color:#2b2b2b;",
    "ul": "margin:0 0 16px;padding-left:24px;",
    "ol": "margin:0 0 16px;padding-left:24px;",
    "li": f"margin:0 0 6px;{TEXT}",
    "blockquote": "margin:0 0 16px;padding:8px 12px;border-left:3px solid #8fb5b0;",
    "table": "margin:0 0 16px;width:100%;border-collapse:collapse;",
    "th": f"{CELL}font-weight:bold;background-color:#eef4f3;",
    "td": CELL,
    "img": "display:block;max-width:100%;margin:0 auto 16px;",
    "sup": "font-size:12px;color:#5a6b69;",
    "hr": "margin:24px 0;border:0;border-top:1px solid #c9d3d1;",
    "section": "",
    **dict.fromkeys(("strong", "em", "del", "sub", "br", "thead", "tbody", "tr", "code"), ""),
}
# Elements that are written as others.
RENAMED = {
    "b": "strong",
    "i": "em",
    "h5": "h4",
    "h6": "h4",
    "summary": "p",
    "figcaption": "p",
    "s": "del",
    "dl": "section",
}
BLOCKS = frozenset({"p", "h2", "h3", "h4", "li", "tr", "blockquote", "table", "ul", "ol", "section", "hr"})
HELP = "margin:0 0 16px;padding:12px 16px 1px;background-color:#eef4f3;border-left:4px solid #2f7a72;"
PICTURES = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif", ".webp": "webp"}
KIND = re.compile(r"\bxq-page--(?P<kind>[\w-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A page for WeChat: its title, HTML and plain text; `lost`: addresses of pictures that WeChat cannot show."""

    lang: Lang
    title: str
    address: str
    html: str
    text: str
    lost: tuple[str, ...]

    def page(self, *, here: bool) -> str:
        """The page from which it is copied; `here`: the site's address is this machine's, where nobody else comes."""
        return page.render("wechat.html", copy=self, here=here)


@dataclass(slots=True)
class _Cleaner(HTMLParser):
    """Writes the article of a page anew; `skip` is how deep in something that is left out."""

    base: str
    folder: Path
    out: list[str] = field(default_factory=list)
    title: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    open: list[tuple[str, str, str]] = field(default_factory=list)
    skip: int = 0
    inside: bool = False
    help: bool = False

    def __post_init__(self) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "article":
            self.inside = True
            return
        if not self.inside:
            return
        if self.skip or tag in LEFT_OUT or LEFT_OUT_CLASSES & set(given.get("class", "").split()):
            self.skip += tag not in VOID
            if tag == "h1":
                self.open.append((tag, "", ""))
            return
        if tag == "img":
            self._picture(given)
        elif tag == "a":
            self.open.append((tag, "", self._numbered(given)))
        else:
            self._begin(tag, given)

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        name, style = RENAMED.get(tag, tag), ""
        if tag == "span" and "__" in given.get("class", ""):
            # A part of a line that the site's style sets apart.
            self.out.append(" ")
            self.words.append(" ")
        if "data-xq-help" in given or "xq-facts" in given.get("class", "").split():
            name, style = "section", HELP
            self.help = self.help or "data-xq-help" in given
        if tag in {"div", "aside", "details", "figure", "nav"} and not style:
            # WeChat takes `div` away; a term and its meaning stand in a line.
            name = "p" if self._within("dl") and tag == "div" else "section"
        if tag == "dt":
            name = "strong"
        if tag == "summary":
            style = f"{STYLES['p']}font-weight:bold;"
        if name not in STYLES:
            if tag not in VOID:
                self.open.append((tag, "", ""))
            return
        style = style or STYLES[name]
        spans = "".join(f' {key}="{escape(given[key])}"' for key in ("colspan", "rowspan") if given.get(key))
        self.out.append(f"<{name}{spans}{f' style={chr(34)}{style}{chr(34)}' if style else ''}>")
        if name in BLOCKS or tag == "br":
            self.words.append("\n· " if name == "li" else "\n")
        if tag not in VOID:
            after = ("：" if self.base_lang is Lang.ZH else ": ") if tag == "dt" else ""
            self.open.append((tag, name, after))

    def _within(self, tag: str) -> bool:
        return any(name == tag for name, _, _ in self.open)

    @property
    def base_lang(self) -> Lang:
        """The language of the page, by its address."""
        return Lang.EN if f"/{Lang.EN.value}/" in urlsplit(self.base).path else Lang.ZH

    def _numbered(self, given: dict[str, str]) -> str:
        """The number of a link's address; empty for what leads within the page, or to a telephone or mailbox."""
        href = given.get("href", "")
        address = urljoin(self.base, href)
        if not href or href.startswith("#") or urlsplit(address).scheme not in {"http", "https"}:
            return ""
        if address not in self.links:
            self.links.append(address)
        return f"[{self.links.index(address) + 1}]"

    def _picture(self, given: dict[str, str]) -> None:
        words, address = given.get("alt", ""), given.get("src", "")
        data = _data(self.folder, address)
        if data:
            self.out.append(f'<img src="{data}" alt="{escape(words)}" style="{STYLES["img"]}">')
        else:
            self.lost.append(address)
            if words:
                self.out.append(f'<p style="{STYLES["p"]}">〔{escape(words)}〕</p>')
        if words:
            self.words.append(f"\n〔{words}〕\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self.inside = False
        elif self.skip:
            self.skip -= tag not in VOID
            if tag == "h1" and self.open and self.open[-1][0] == "h1":
                self.open.pop()
        elif self.inside and tag not in VOID and self.open and self.open[-1][0] == tag:
            _, name, after = self.open.pop()
            if tag == "a" and after:
                self.out.append(f'<sup style="{STYLES["sup"]}">{after}</sup>')
                self.words.append(after)
            elif name:
                self.out.append(f"{escape(after)}</{name}>")
                self.words.append(after or ("\n" if name in BLOCKS else " | " if name in {"td", "th"} else ""))

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] == "h1":
            self.title.append(data)
        elif self.inside and not self.skip:
            words = re.sub(r"\s+", " ", data)
            # Blanks between blocks say nothing.
            if words != " " or (
                self.open and self.open[-1][1] not in {"", "ul", "ol", "table", "tbody", "thead", "tr"}
            ):
                self.out.append(escape(words, quote=False))
                self.words.append(words)


def wechat_copy(
    built: Path, name: str, root: str, lines: Sequence[HelpLine], *, demonstration: bool = False
) -> Copy | None:
    """A page of a built site (`zh/learn/x/index.html`) for WeChat; `root`: where the site lies for its readers.

    A page that offers no help in its text is given the lines to call, which on the site its frame has.
    None for pages that are no texts: forms, lists, figures. `demonstration`: the college is made up, which is said.
    """
    source = (built / name).read_text(encoding="utf-8")
    kind = KIND.search(source)
    if kind is None or kind["kind"] not in KINDS:
        return None
    address = urljoin(f"{root.rstrip('/')}/", quote(name.removesuffix("index.html")))
    cleaner = _Cleaner(base=address, folder=(built / name).parent)
    cleaner.feed(source)
    lang = Lang(name.partition("/")[0])
    if not cleaner.help:
        cleaner.feed(f"<article>{help_html(lines, lang, up='../' * name.count('/'))}</article>")
    cleaner.close()
    shown = page.render(
        "wechat-end.html",
        lang=lang,
        address=address,
        links=cleaner.links,
        styles=STYLES,
        qr=_qr(address),
        demonstration=demonstration,
    )
    return Copy(
        lang=lang,
        title=" ".join("".join(cleaner.title).split()),
        address=address,
        html=_tidy("".join(cleaner.out)) + shown.strip(),
        text=_plain(cleaner, address, lang),
        lost=tuple(cleaner.lost),
    )


def _tidy(html: str) -> str:
    """Without sections and paragraphs in which nothing is left."""
    empty = re.compile(r"<(section|p|ul|li|strong|em)(?: style=\"[^\"]*\")?>\s*</\1>")
    while (less := empty.sub("", html)) != html:
        html = less
    return html.strip()


def _plain(cleaner: _Cleaner, address: str, lang: Lang) -> str:
    lines = [" ".join(line.split()).removesuffix(" |") for line in "".join(cleaner.words).split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if line not in {"·", "|"}))
    # Points of a list follow one another.
    text = re.sub(r"\n\n(?=· )", "\n", text).strip()
    said = {Lang.ZH: "网页：", Lang.EN: "On the web: "}[lang]
    listed = "\n".join(f"[{number}] {link}" for number, link in enumerate(cleaner.links, start=1))
    return f"{text}\n\n{listed}\n\n{said}{address}\n" if listed else f"{text}\n\n{said}{address}\n"


def _data(folder: Path, address: str) -> str:
    """A picture of the site as data; empty for one of another kind or of another site."""
    parts = urlsplit(address)
    file = folder / normpath(unquote(parts.path))
    kind = PICTURES.get(file.suffix.lower())
    if parts.scheme or parts.netloc or kind is None or not file.is_file():
        return ""
    return f"data:image/{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def _qr(address: str) -> str:
    import segno  # noqa: PLC0415 - start-up time

    return str(segno.make(address, error="m").png_data_uri(scale=5, border=4))
