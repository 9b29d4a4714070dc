"""A drawing is read as a browser reads it that opens it by itself: Chromium is asked what it fetches and runs."""

from __future__ import annotations

import re
from itertools import pairwise
from time import monotonic, process_time
from xml.etree.ElementTree import ParseError, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, Route

from xinqiao.site.drawing import MOST_ELEMENTS, drawing_of
from xinqiao.site.html import all_requests

OTHER, OWN = "https://other.example/", "https://own.example/"
SPACES = (
    'xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" xmlns:h="http://www.w3.org/1999/xhtml" '
    'width="9" height="9"'
)
SIZED = 'width="9" height="9"'
XHTML = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'


def drawn(inside: str, before: str = "") -> str:
    return f"{before}<svg {SPACES}>{inside}</svg>"


# Each makes a browser that opens it fetch §.
FETCHING = (
    drawn(f'<image href="§" {SIZED}/>'), drawn(f'<image x:href="§" {SIZED}/>'),
    f'<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:image href="§" {SIZED}/></s:svg>',
    drawn(f'<filter id="f"><feImage href="§"/></filter><rect filter="url(#f)" {SIZED}/>'),
    # What a file declares of itself.
    drawn(f'<image href="&e;" {SIZED}/>', '<!DOCTYPE svg [<!ENTITY e "§">]>'),
    drawn("&e;", "<!DOCTYPE svg [<!ENTITY e \"<image href='§' width='9' height='9'/>\">]>"),
    drawn("<style>&e;</style>", '<!DOCTYPE svg [<!ENTITY e "@import url(§);">]>'),
    drawn(f'<image href="&e;" {SIZED}/>', "<!DOCTYPE svg [<!ENTITY % p \"<!ENTITY e '§'>\"> %p;]>"),
    drawn(f"<image {SIZED}/>", '<!DOCTYPE svg [<!ATTLIST image href CDATA "§">]>'),
    drawn(f"<rect {SIZED}/>", '<!DOCTYPE svg [<!ATTLIST rect style CDATA "mask:url(§)">]>'),
    f'<!DOCTYPE svg [<!ATTLIST svg xmlns CDATA "http://www.w3.org/2000/svg">]><svg><image href="§" {SIZED}/></svg>',
    drawn(f'<image href="https&colon;//other.example/¶" {SIZED}/>', XHTML),
    # Styles.
    drawn('<style>@import "§";</style>'), drawn('<style><![CDATA[@import "§";]]></style>'),
    drawn('<style>@imp<![CDATA[ort]]> "§";</style>'), drawn("<style>@import &quot;§&quot;;</style>"),
    drawn(f'<rect style="mask:url(§)" {SIZED}/>'), drawn(f'<rect fill="url(§#a)" {SIZED}/>'),
    drawn("", '<?xml-stylesheet href="§"?>'), drawn("", "<?xml-stylesheet type='text/css' href='&#104;ttps://other.example/¶'?>"),
    drawn("", '<?xml-stylesheet type="text/css" href="data:text/css,@import url(§);"?>'),
    # Animations.
    drawn(f'<image {SIZED}><set attributeName="href" to="§"/></image>'),
    drawn(f'<image {SIZED}><set attributeName="x:href" to="§"/></image>'),
    drawn(f'<image {SIZED}><animate attributeName="href" values="§;§" dur="0.1s" fill="freeze"/></image>'),
    drawn(f'<image id="i" {SIZED}/><set href="#i" attributeName="href" to="§"/>'),
    drawn(f'<rect {SIZED}><set attributeName="mask" to="url(§)"/></rect>'),
    # Pages in drawings.
    drawn(f'<foreignObject {SIZED}><h:img src="§"/></foreignObject>'), drawn('<h:iframe src="§"/>'),
    drawn('<h:iframe srcdoc="&lt;img src=§&gt;"/>'), drawn('<h:link rel="stylesheet" href="§"/>'),
    drawn('<h:meta http-equiv="refresh" content="0;url=§"/>'),
    drawn('<h:iframe src="data:text/html,&lt;img src=§&gt;"/>'),
    # What breaks off has been read until there.
    f'<svg {SPACES}><image href="§" {SIZED}/><text>',
    f'<?xml version="1.0" encoding="gb2312"?>{drawn(f"<text>心</text><image href={chr(34)}§{chr(34)} {SIZED}/>")}',
)  # fmt: skip
RUNNING = (
    drawn('<script>fetch("§")</script>'), drawn('<script><![CDATA[fetch("§")]]></script>'),
    drawn('<h:script>fetch("§")</h:script>'), drawn('<script href="§"/>'), drawn('<h:script src="§"/>'),
    drawn(f'<rect {SIZED}><set attributeName="x" to="1" onbegin="fetch(\'§\')"/></rect>'),
    f"<svg {SPACES} onload=\"fetch('§')\"></svg>",
)  # fmt: skip


def encoded(source: str) -> bytes:
    return source.encode("gb2312" if "gb2312" in source else "utf-8")


def test_whatever_a_browser_fetches_or_runs_of_a_drawing_is_seen(page: Page) -> None:
    pieces = [one.replace("§", f"{OTHER}{at}").replace("¶", str(at)) for at, one in enumerate((*FETCHING, *RUNNING))]
    wanted, fetched = {f"{OTHER}{at}" for at in range(len(pieces))}, set[str]()

    def answer(route: Route) -> None:
        url = route.request.url
        if url.startswith(OWN):
            route.fulfill(content_type="image/svg+xml", body=encoded(pieces[int(url.removeprefix(OWN))]))
        else:
            fetched.add(url)
            route.fulfill(content_type="text/html", body="", headers={"Access-Control-Allow-Origin": "*"})

    page.route("**/*", answer)
    page.set_content("".join(f'<iframe src="{OWN}{at}"></iframe>' for at in range(len(pieces))))
    until = monotonic() + 20
    while wanted - fetched and monotonic() < until:
        page.wait_for_timeout(50)
    assert wanted - fetched == set()
    for at, one in enumerate(pieces):
        drawing = drawing_of(encoded(one))
        seen = {re.sub("#.*", "", href) for href in all_requests(drawing)}
        assert drawing.scripts if at >= len(FETCHING) else f"{OTHER}{at}" in seen, one


# What drawing programs write of themselves, none of which a browser fetches.
INKSCAPE = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape (http://www.inkscape.org/) -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"
  xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" xmlns:cc="http://creativecommons.org/ns#"
  xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" inkscape:export-filename="C:\\x.png"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <sodipodi:namedview pagecolor="#fff"><inkscape:grid type="xygrid"/></sodipodi:namedview>
  <metadata><rdf:RDF><cc:Work rdf:about=""><dc:format>image/svg+xml</dc:format>
  <dc:type rdf:resource="http://purl.org/dc/dcmitype/StillImage"/></cc:Work></rdf:RDF></metadata>
  <image xlink:href="data:image/png;base64,AAAA" sodipodi:absref="C:\\a.png" width="9" height="9"/>
  <a xlink:href="https://example.org/"><text>w</text></a>
</svg>"""
ILLUSTRATOR = """<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator 16.0.0, SVG Export Plug-In . SVG Version: 6.00 Build 0)  -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
  <!ENTITY ns_extend "http://ns.adobe.com/Extensibility/1.0/">
  <!ENTITY ns_ai "http://ns.adobe.com/AdobeIllustrator/10.0/">
  <!ENTITY ns_svg "http://www.w3.org/2000/svg">
]>
<svg version="1.1" xmlns:x="&ns_extend;" xmlns:i="&ns_ai;" xmlns="&ns_svg;" width="9px" height="9px">
  <switch><foreignObject requiredExtensions="&ns_ai;" x="0" y="0" width="1" height="1"><i:pgfRef xlink:href="#adobe"
    xmlns:xlink="http://www.w3.org/1999/xlink"/></foreignObject><g i:extraneous="self"><path d="M0,0"/></g></switch>
</svg>"""


@pytest.mark.parametrize("source", [INKSCAPE, ILLUSTRATOR], ids=["Inkscape", "Illustrator"])
def test_what_drawing_programs_write_is_left_alone(source: str) -> None:
    drawing = drawing_of(source.encode())
    assert [one.href for one in drawing.requests if not one.href.startswith(("#", "data:"))] == []
    assert (drawing.scripts, drawing.pages, drawing.fault) == ([], [], None)


@pytest.mark.parametrize(
    "source",
    [
        drawn("<!-- <image href='a'/> -->"), drawn("<desc><![CDATA[<image href='a'/>]]></desc>"),
        drawn("<text>&e;</text>", '<!DOCTYPE svg [<!ENTITY e SYSTEM "a">]>'), drawn("", '<!DOCTYPE svg SYSTEM "a">'),
        drawn("", '<!DOCTYPE svg [<!ENTITY % e SYSTEM "a"> %e;]>'), drawn("<SCRIPT href='a'/>"),
        drawn("<image xmlns='urn:other' href='a'/>"), drawn("<a href='a'><text>w</text></a>"),
        drawn("<style>/* url(a) */</style>"), drawn("<set attributeName='x' to='1'/>"),
    ],
)  # fmt: skip
def test_what_no_browser_fetches_is_not_said_to_be(source: str) -> None:
    drawing = drawing_of(source)
    assert (all_requests(drawing), drawing.scripts, drawing.fault) == ([], [], None)


@pytest.mark.parametrize("inside", ["<a href='javascript:0'/>", "<a x:href=' JAVA&#9;script:0'/>", "<g onclick=''/>"])
def test_what_runs_where_a_reader_presses_is_a_script(inside: str) -> None:
    assert drawing_of(drawn(inside)).scripts


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        (drawn("\n<text>a & b</text>").encode(), 2, 10), (drawn("\n<g></svg>").encode(), 2, 6), (b"", 1, 1),
        (drawn("\n<i:x/>").encode(), 2, 1), (drawn("\n&nbsp;").encode(), 2, 1), (b"\x89PNG", 1, 1),
        (b'<?xml version="1.0" encoding="utf-7"?><svg/>', 1, 1), (b'<?xml version="1.0" encoding="hex"?><svg/>', 1, 1),
    ],
)  # fmt: skip
def test_where_a_drawing_breaks_off_is_told(source: bytes, line: int, column: int) -> None:
    fault = drawing_of(source).fault
    assert fault is not None
    assert (fault.line, fault.column) == (line, column)


@pytest.mark.parametrize(
    ("named", "encoding"),
    [("gb2312", "gbk"), ("GBK", "gb18030"), ("Big5", "big5"), ("utf-16", "utf-16"), ("UTF-8", "utf-8-sig"),
     ("windows-1252", "cp1252"), ("shift_jis", "cp932"), ("gb2312", "utf-8-sig")],
)  # fmt: skip
def test_a_drawing_in_another_encoding_is_read(named: str, encoding: str) -> None:
    words = "é" if "125" in named else "心"
    source = (
        f'<?xml version="1.0" encoding="{named}"?>{drawn(f"<text>{words}</text><image href={chr(34)}a{chr(34)}/>")}'
    )
    drawing = drawing_of(source.encode(encoding))
    assert [one.href for one in drawing.requests] == ["a"]
    assert drawing.fault is None


def test_where_an_address_stands_is_told_by_line_and_column() -> None:
    drawing = drawing_of(drawn("\n  <image href='a'/>\n <style>p{mask:url(b)}</style>"))
    assert [*map(tuple, drawing.requests)] == [("a", 2, 3), ("b", 3, 23)]


def test_entities_that_grow_without_end_are_a_fault_and_take_no_time() -> None:
    names = "abcdefghijklmno"
    grown = "".join(f'<!ENTITY {name} "{f"&{before};" * 30}">' for before, name in pairwise(names))
    source = drawn("<desc>&o;</desc>", f'<!DOCTYPE svg [<!ENTITY a "{"w" * 99}">{grown}]>')
    before = process_time()
    assert drawing_of(source).fault is not None
    assert process_time() - before < 10


@pytest.mark.parametrize("piece", ["a", "a=", "a ", " a='' "])
def test_an_instruction_takes_time_by_its_length(piece: str) -> None:
    before = process_time()
    drawing_of(drawn("", f"<?xml-stylesheet {piece * 30_000}?>"))
    assert process_time() - before < 2


def test_more_elements_than_a_person_draws_are_a_fault() -> None:
    assert drawing_of(drawn("<g/>" * (MOST_ELEMENTS + 1))).fault is not None


def well_formed(source: bytes) -> bool:
    try:
        fromstring(source)  # noqa: S314 - a few bytes of our own
    except (ParseError, LookupError, ValueError):
        return False
    return True


@given(st.binary(max_size=60) | st.text(max_size=60).map(drawn).map(str.encode))
def test_whatever_the_bytes_they_are_read_or_a_fault(source: bytes) -> None:
    assert (drawing_of(source).fault is None) == well_formed(source)
