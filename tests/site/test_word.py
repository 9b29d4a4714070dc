"""A Word document becomes a draft: what a page can hold is taken over, all else is named."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from random import Random

import markdown
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from xinqiao.cli import main
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.newsroom import read_articles
from xinqiao.site.pictures import LARGEST
from xinqiao.site.word.block import Block, Kind, Span
from xinqiao.site.word.debris import is_debris
from xinqiao.site.word.draft import KINDS, read_word
from xinqiao.site.word.pictures import LONGEST_SIDE, fit_picture
from xinqiao.site.word.writer import write

from . import word_files as word

# As both generators read the portal's pages.
EXTENSIONS = ["abbr", "admonition", "attr_list", "def_list", "footnotes", "md_in_html", "tables"]
CATALOGUE = Path(__file__).resolve().parents[2] / "scripts/xinqiao/core/problems/word.toml"


@pytest.fixture
def portal(root: Path, tmp_path: Path) -> Path:
    shutil.copy(root / "portal.toml", tmp_path)
    shutil.copytree(root / "docs/data", tmp_path / "docs/data")
    return tmp_path


def taken(portal: Path, file: Path, *more: str, kind: str = "recap") -> Result:
    given = ("--kind", kind, "--slug", "walk", *more)
    result = CliRunner().invoke(main, ["news", "word", str(file), *given, "--project", str(portal), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def codes(result: Result) -> list[str]:
    return [one["code"] for one in json.loads(result.stdout)["problems"]]


def draft(portal: Path) -> str:
    return (portal / "docs/news/recaps/walk.zh.md").read_text(encoding="utf-8")


def body(portal: Path) -> str:
    return draft(portal).partition("\n\n")[2].strip()


def test_headings_lists_and_marks_are_taken_over(portal: Path) -> None:
    made = word.document()
    made.add_paragraph("春天走走", style="Title")
    made.add_heading("做了什么", 1)
    made.add_paragraph("先走，").add_run("再坐").bold = True
    made.add_heading("细节", 3)
    for words, style in (("甲", "List Bullet"), ("乙", "List Bullet"), ("一", "List Number")):
        made.add_paragraph(words, style=style)
    result = taken(portal, word.saved(made, portal / "a.docx"))
    assert result.exit_code == ExitCode.DONE
    assert body(portal) == ("## 做了什么\n\n先走，**再坐**\n\n### 细节\n\n- 甲\n- 乙\n\n<!-- -->\n\n1. 一")
    assert "Title: 春天走走\n" in draft(portal)
    assert "Only: zh\nStatus: draft\n" in draft(portal)


def test_the_draft_is_news_that_the_newsroom_reads(portal: Path) -> None:
    made = word.document()
    made.add_paragraph("走了一圈。")
    for kind in ("event", "recap", "policy"):
        taken(portal, word.saved(made, portal / f"{kind}.docx"), "--title", "走走", kind=kind)
        shutil.move(portal / f"docs/news/{KINDS[kind]}/walk.zh.md", portal / f"docs/news/{KINDS[kind]}/{kind}.zh.md")
        path = portal / f"docs/news/{KINDS[kind]}/{kind}.zh.md"
        path.write_text(path.read_text("utf-8").replace("Slug: walk", f"Slug: {kind}"), encoding="utf-8")
    articles = read_articles(portal, ["walk"])
    assert [(one.title, one.published, one.only, one.summary) for one in articles] == [
        ("走走", False, True, "走了一圈。")
    ] * 3


def test_an_article_has_help_above_and_below(portal: Path) -> None:
    made = word.document()
    made.add_paragraph("睡不好怎么办", style="Title")
    made.add_heading("是什么", 1)
    made.add_paragraph("一句话。")
    taken(portal, word.saved(made, portal / "a.docx"), kind="article")
    text = (portal / "docs/zh/learn/walk.md").read_text(encoding="utf-8")
    assert 'title: "睡不好怎么办"' in text
    assert text.index("draft: true") < text.index("<!-- help-bar -->") < text.index("## 是什么\n\n一句话。")
    assert text.index("一句话。") < text.index("<!-- help-lines -->") < text.index("<!-- sources -->")
    assert re.findall("^# .*", text, re.MULTILINE)[-1] == "# 睡不好怎么办"


def test_tables_keep_their_headers_and_merged_cells(portal: Path) -> None:
    made = word.document()
    plain = made.add_table(2, 2)
    for at, words in enumerate(("项目", "内容", "a|b", "c")):
        plain.cell(at // 2, at % 2).text = words
    merged = made.add_table(3, 2)
    merged.cell(0, 0).merge(merged.cell(0, 1)).text = "合并"
    merged.cell(1, 0).merge(merged.cell(2, 0)).text = "竖"
    merged.cell(1, 1).text, merged.cell(2, 1).text = "1", "2"
    frame = made.add_table(1, 1)
    frame.cell(0, 0).text = "框"
    assert codes(taken(portal, word.saved(made, portal / "a.docx"))) == ["word-frame"]
    assert body(portal) == (
        "| 项目 | 内容 |\n| --- | --- |\n| a&#124;b | c |\n\n"
        '<table>\n<tr>\n<th scope="col" colspan="2">合并</th>\n</tr>\n'
        '<tr>\n<td rowspan="2">竖</td>\n<td>1</td>\n</tr>\n'
        "<tr>\n<td>2</td>\n</tr>\n</table>\n\n框"
    )


def test_tables_in_text_boxes_and_text_boxes_in_tables_keep_their_words(portal: Path) -> None:
    row = "".join(f"<w:tc><w:p>{word.runs(words)}</w:p></w:tc>" for words in ("左", "右"))
    inner = f"<w:tbl><w:tr>{row}</w:tr></w:tbl>"
    box = word.text_box("框").replace("<w:p>", f"{inner}<w:p>")
    made = word.document()
    word.paragraph(made, "前", f"<w:r>{box}</w:r>")
    table = made.add_table(1, 2)
    table.cell(0, 1).text = "格"
    table.cell(0, 0).paragraphs[0]._p.append(word.element(f"<w:r>{word.text_box('格里的框')}</w:r>"))
    result = taken(portal, word.saved(made, portal / "a.docx"))
    assert codes(result) == ["word-text-box"] * 2
    assert body(portal) == "前\n\n| 左 | 右 |\n| --- | --- |\n\n框\n\n|  | 格 |\n| --- | --- |\n\n格里的框"


def test_pictures_go_to_files_with_their_words(portal: Path) -> None:
    made = word.document()
    for words in ("两个人并肩走", ""):
        made.add_paragraph("图").add_run().add_picture(io.BytesIO(word.picture()))
        made.inline_shapes[-1]._inline.docPr.set("descr", words)
    result = taken(portal, word.saved(made, portal / "a.docx"))
    assert codes(result) == ["word-picture-words"]
    (problem,) = json.loads(result.stdout)["problems"]
    line = draft(portal).splitlines()[problem["line"] - 1]
    assert line[problem["column"] - 1 :].startswith("../../pictures/walk-zh-2.png")
    assert '![两个人并肩走](../../pictures/walk-zh-1.png){ width="40" height="30" }' in draft(portal)
    assert (portal / "docs/news/pictures/walk-zh-1.png").is_file()


def with_exif(size: tuple[int, int]) -> bytes:
    picture = Image.effect_noise((130, 90), 90).resize(size).convert("RGB")
    exif = Image.Exif()
    exif[0x013B] = "Zhang San"  # who took it
    exif[0x8825] = {1: "N", 2: (30.0, 15.0, 0.0)}  # where
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95, exif=exif, comment=b"a telephone")
    return out.getvalue()


def test_a_large_picture_becomes_small_and_tells_nothing_of_who_took_it_and_where() -> None:
    fit = fit_picture(with_exif((2600, 1800)), (0, 0, 0, 0))
    assert fit is not None
    made = Image.open(io.BytesIO(fit.content))
    assert (fit.ending, max(made.size), fit.size) == (".jpg", LONGEST_SIDE, made.size)
    assert len(fit.content) <= LARGEST
    assert not dict(made.getexif())
    assert b"Zhang" not in fit.content
    assert b"telephone" not in fit.content


def test_what_word_cuts_off_a_picture_is_not_in_the_file() -> None:
    picture = Image.new("RGB", (100, 40), "white")
    picture.paste("red", (50, 0, 100, 40))
    out = io.BytesIO()
    picture.save(out, "PNG")
    fit = fit_picture(out.getvalue(), (0.0, 0.0, 0.5, 0.0))
    assert fit is not None
    made = Image.open(io.BytesIO(fit.content)).convert("RGB")
    assert made.size == (50, 40)
    assert made.getcolors() == [(2000, (255, 255, 255))]


@pytest.mark.parametrize("blob", [b"", b"no picture", word.picture()[:60], b"\x01\x00\x00\x00l\x00\x00\x00 EMF"])
def test_what_browsers_do_not_show_is_no_picture(blob: bytes) -> None:
    assert fit_picture(blob, (0, 0, 0, 0)) is None


FAULTS: dict[str, tuple[str, str]] = {
    "word-text-box": (f"<w:r>{word.text_box('框里的话')}</w:r>", "框里的话"),
    "word-change-added": (f"<w:ins>{word.runs('新增')}</w:ins>", "新增"),
    "word-change-removed": ("<w:del><w:r><w:delText>删去</w:delText></w:r></w:del>", ""),
    "word-comment": ("<w:r><w:commentReference w:id='0'/></w:r>", ""),
    "word-hidden": ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏着</w:t></w:r>", ""),
    "word-object": ("<w:r><w:object><o:OLEObject/></w:object></w:r>", ""),
    "word-formula": ("<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>", "x=1"),
    "word-symbol": ("<w:r><w:sym w:font='Wingdings' w:char='F0FC'/></w:r>", "\uf0fc"),
    "word-picture-lacks": ("<w:r><w:drawing><a:blip/></w:drawing></w:r>", ""),
}
FAULTS["word-picture-lacks"] = ("<w:r><w:pict><v:shape><v:imagedata r:id='rId99'/></v:shape></w:pict></w:r>", "")


@pytest.mark.parametrize("code", FAULTS)
def test_each_fault_is_named_with_its_paragraph_and_first_words(code: str, portal: Path) -> None:
    xml, kept = FAULTS[code]
    made = word.document()
    made.add_paragraph("前一段。")
    word.paragraph(made, "这一段有问题", xml)
    result = taken(portal, word.saved(made, portal / "a.docx"))
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["code"], problem["file"], problem["level"] != "error") == (code, "a.docx", True)
    assert "2" in problem["zh"]
    assert ("这一段有问题" in problem["zh"]) or ("框里的话" in problem["zh"])
    assert result.exit_code == ExitCode.DONE
    assert (kept in body(portal)) if kept else body(portal).count("\n\n") == 1
    for gone in ("删去", "藏着"):
        assert gone not in draft(portal)


def test_other_things_of_the_frame_are_named_too(portal: Path) -> None:
    made = word.document()
    made.sections[0].header.paragraphs[0].text = "内部资料"
    made.add_paragraph("题目").runs[0].bold = True
    made.add_paragraph("像小标题").runs[0].bold = True
    made.add_paragraph("分享到：微信 微博")
    made.add_paragraph("- Advertisement -")
    made.add_paragraph("正文。").runs[0].bold = True
    made.styles.add_style("TOC 1", 1)
    made.add_paragraph("做什么……1", style="TOC 1")
    heading = made.add_heading("有编号", 1)
    heading._p.get_or_add_pPr().append(word.element("<w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr>"))
    outer = made.add_table(2, 2)
    outer.cell(0, 0).add_table(1, 1).cell(0, 0).text = "里层"
    made.add_paragraph("图").add_run().add_picture(io.BytesIO(word.picture("GIF")))
    path = word.saved(made, portal / "a.docx")
    path = word.rezipped(path, {"word/media/image1.gif": b"\x01\x00\x00\x00l\x00\x00\x00 EMF"})
    found = codes(taken(portal, path))
    assert sorted(found) == sorted([
        "word-margin", "word-debris", "word-debris", "word-bold-line", "word-contents", "word-number",
        "word-table-within", "word-picture-kind",
    ])  # fmt: skip
    assert "里层" in draft(portal)
    assert "内部资料" not in draft(portal)
    assert "分享到" not in draft(portal)


def test_a_numbered_list_that_goes_on_after_other_text_is_named(portal: Path) -> None:
    made = word.document()
    for words, style in (("一", "List Number"), ("二", "List Number"), ("插一段。", "Normal"), ("三", "List Number")):
        made.add_paragraph(words, style=style)
    result = taken(portal, word.saved(made, portal / "a.docx"))
    assert [(one["code"], "4" in one["zh"]) for one in json.loads(result.stdout)["problems"]] == [
        ("word-list-again", True)
    ]


def test_footnotes_stand_at_the_end(portal: Path) -> None:
    made = word.document()
    word.paragraph(made, "有出处", "<w:r><w:footnoteReference w:id='2'/></w:r>")
    path = word.saved(made, portal / "a.docx")
    note = f"<w:footnote w:id='2'><w:p>{word.runs('某书第 3 页')}</w:p></w:footnote>"
    notes = f"<w:footnotes {word.DECLARED}>{note}</w:footnotes>"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    types = word.part(path, "[Content_Types].xml").replace(
        b"</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'.encode()
    )
    relation = f'<Relationship Id="rId77" Type="{word.NAMES["r"]}/footnotes" Target="footnotes.xml"/></Relationships>'
    rels = word.part(path, "word/_rels/document.xml.rels").replace(b"</Relationships>", relation.encode())
    changes: dict[str, bytes | None] = {
        "word/footnotes.xml": notes.encode(),
        "[Content_Types].xml": types,
        "word/_rels/document.xml.rels": rels,
    }
    assert codes(taken(portal, word.rezipped(path, changes))) == ["word-footnote"]
    assert body(portal) == "有出处<sup>\\[1\\]</sup>\n\n## 注释\n\n1. 某书第 3 页"


def test_links_lead_where_they_led(portal: Path) -> None:
    field = (
        "<w:r><w:fldChar w:fldCharType='begin'/></w:r>"
        '<w:r><w:instrText> HYPERLINK "https://example.org/b" </w:instrText></w:r>'
        "<w:r><w:fldChar w:fldCharType='separate'/></w:r>"
        f"{word.runs('写成域')}<w:r><w:fldChar w:fldCharType='end'/></w:r>"
    )
    made = word.document()
    one = made.part.relate_to("https://example.org/a(1)", f"{word.NAMES['r']}/hyperlink", is_external=True)
    bad = made.part.relate_to("javascript:alert(1)", f"{word.NAMES['r']}/hyperlink", is_external=True)
    word.paragraph(
        made,
        "看",
        f"<w:hyperlink r:id='{one}'>{word.runs('这里')}</w:hyperlink>",
        f"<w:hyperlink r:id='{bad}'>{word.runs('那里')}</w:hyperlink>",
        *re.findall(r"<w:r>.*?</w:r>", field),
    )
    taken(portal, word.saved(made, portal / "a.docx"))
    assert body(portal) == "看[这里](<https://example.org/a(1)>)那里[写成域](<https://example.org/b>)"


def test_the_wording_check_reads_the_draft(portal: Path) -> None:
    made = word.document()
    made.add_paragraph("报道写了“自杀成功”，学号 20230101。")
    result = taken(portal, word.saved(made, portal / "a.docx"))
    assert result.exit_code == ExitCode.CONTENT
    assert {"wording-harmful", "wording-identifier", "wording-help-first"} <= set(codes(result))
    assert "自杀成功" in draft(portal)


def test_who_wrote_it_is_not_taken_over(portal: Path) -> None:
    made = word.document()
    made.core_properties.author = made.core_properties.last_modified_by = "ZHANG-SAN"
    made.core_properties.title = made.core_properties.comments = "OLD-TITLE"
    made.add_paragraph("走了一圈。")
    taken(portal, word.saved(made, portal / "回顾.docx"))
    assert "Title: 回顾\n" in draft(portal)
    assert not re.search("ZHANG|OLD-TITLE", draft(portal))


def test_nothing_is_written_over(portal: Path) -> None:
    made = word.document()
    made.add_paragraph("走了一圈。").add_run().add_picture(io.BytesIO(word.picture()))
    path = word.saved(made, portal / "a.docx")
    (portal / "docs/news/pictures").mkdir(parents=True)
    (portal / "docs/news/pictures/walk-zh-1.png").write_bytes(b"mine")
    assert codes(taken(portal, path)) == ["file-exists"]
    assert not (portal / "docs/news/recaps").exists()


def test_the_second_language_says_that_the_first_is_no_longer_alone(portal: Path) -> None:
    made = word.document()
    made.add_paragraph("A walk.")
    path = word.saved(made, portal / "a.docx")
    taken(portal, path)
    result = taken(portal, path, "--lang", "en")
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["code"], problem["file"], problem["line"]) == ("word-pair", "docs/news/recaps/walk.zh.md", 7)
    assert "Only:" not in (portal / "docs/news/recaps/walk.en.md").read_text(encoding="utf-8")


def test_an_event_has_to_be_registered(portal: Path) -> None:
    made = word.document()
    made.add_paragraph("走了一圈。")
    path = word.saved(made, portal / "a.docx")
    assert codes(taken(portal, path, "--event", "slow-our")) == ["word-event-missing"]
    taken(portal, path, "--event", "slow-hour")
    assert "Event: slow-hour\n" in draft(portal)


def good(folder: Path) -> Path:
    made = word.document()
    made.add_paragraph("走了一圈。")
    return word.saved(made, folder / "good.docx")


def written(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def changed(name: str, content: bytes | None) -> Callable[[Path], Path]:
    return lambda folder: word.rezipped(good(folder), {name: content})


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
BOMB = b"<w:t>" + b" " * 60_000_000 + b"</w:t>"
BAD: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "not there": ("word-missing", lambda folder: folder / "none.docx"),
    "a folder": ("word-missing", lambda folder: folder),
    "empty file": ("word-kind", written("a.docx", b"")),
    "text": ("word-kind", written("a.docx", "只是文字".encode())),
    "rtf": ("word-kind", written("a.docx", b"{\\rtf1 hello}")),
    "old doc": ("word-kind", written("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)),
    "another zip": ("word-kind", changed("word/document.xml", None)),
    "cut off": ("word-broken", lambda folder: written("b.docx", good(folder).read_bytes()[:900])(folder)),
    "broken xml": ("word-broken", changed("word/document.xml", b"<w:document><w:body>")),
    "no relations": ("word-broken", changed("_rels/.rels", None)),
    "wrong root": ("word-broken", changed("word/document.xml", b"<a/>")),
    "macros": ("word-unsafe", changed("word/vbaProject.bin", b"x")),
    "entities": ("word-unsafe", changed("word/settings.xml", DOCTYPE + b"<a>&x;</a>")),
    "utf-16 entities": ("word-unsafe", changed("word/x.xml", (DOCTYPE + b"<a/>").decode().encode("utf-16"))),
    "bomb": ("word-large", changed("word/x.xml", BOMB)),
    "nothing in it": ("word-empty", lambda folder: word.saved(word.document(), folder / "a.docx")),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_document_is_a_problem_and_never_a_traceback(case: str, portal: Path) -> None:
    code, make = BAD[case]
    result = taken(portal, make(portal))
    assert codes(result) == [code]
    assert result.exit_code == ExitCode.USAGE
    assert not (portal / "docs/news").exists()


def test_elements_within_elements_without_end_are_refused(tmp_path: Path) -> None:
    made = word.document()
    word.paragraph(
        made,
        "深",
        f"{'<w:smartTag>' * 240}{word.runs('x')}{'</w:smartTag>' * 240}".replace("<w:smartTag>", "<w:smartTag >", 1),
    )
    path = word.saved(made, tmp_path / "a.docx")
    try:
        assert [block.words for block in read_word(path).blocks if isinstance(block, Block)] == ["深x"]
    except XinqiaoError as error:
        assert [problem.code for problem in error.problems] == ["word-broken"]


def harmed(xml: str, chance: Random) -> str:
    """XML with one attribute emptied, made nonsense or taken away, or one element of another name."""
    places = list(re.finditer(r' [\w:]+="([^"]*)"|<w:\w+[^>]*/>', xml))
    at = chance.choice(places)
    if at[0].startswith("<") or chance.random() < 0.4:
        return xml[: at.start()] + xml[at.end() :]
    return xml[: at.start(1)] + chance.choice(["", "-1", "x", "99999999999", "９"]) + xml[at.end(1) :]


def test_a_document_that_some_program_has_broken_is_read_or_refused(tmp_path: Path) -> None:
    made = word.document()
    made.add_heading("做了什么", 1)
    made.add_paragraph("甲", style="List Bullet").add_run().add_picture(io.BytesIO(word.picture()))
    merged = made.add_table(2, 2)
    merged.cell(0, 0).merge(merged.cell(1, 0)).text = "竖"
    path = word.saved(made, tmp_path / "a.docx")
    names = ("word/document.xml", "word/_rels/document.xml.rels", "word/styles.xml", "[Content_Types].xml")
    seen = set()
    for seed in range(16):
        name = names[seed % len(names)]
        broken = word.rezipped(path, {name: harmed(word.part(path, name).decode(), Random(seed)).encode()})  # noqa: S311
        try:
            seen.add(len(read_word(broken).blocks) > 0)
        except XinqiaoError as error:
            seen.update(problem.code for problem in error.problems)
    assert seen <= {True, "word-broken", "word-kind"}
    assert True in seen


@pytest.mark.parametrize(
    "line",
    ["- Advertisement -", "More articles", "LEAVE A REPLY", "Please enter your comment!", "Please enter your name here",
     "Latest article", "当前位置：首页 > 新闻", "上一篇：无", "【打印本页】【关闭窗口】",
     "浏览次数：123", "扫一扫关注我们", "阅读原文",
     "京ICP备05000000号", "Share this: Facebook Twitter", "© 2024 Someone. All rights reserved."],
)  # fmt: skip
def test_lines_of_a_pages_frame_are_known(line: str) -> None:
    assert is_debris(f"  {line} ")


@pytest.mark.parametrize(
    "line",
    ["大家把照片分享到了班级群，聊了很久。", "请打印本页后带到现场。", "编辑：李同学",
     "供稿：学院学生会", "我们在位置上坐好，当前位置不用换。",
     "More articles followed in the evening.", "Leave a reply to yourself: what helped?", "点击数学题会让人放松吗？"],
)  # fmt: skip
def test_a_colleges_own_lines_are_not(line: str) -> None:
    assert not is_debris(line)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser asks for it
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def shown(text: str) -> tuple[str, list[str]]:
    """What a browser shows of Markdown, without blanks, and its elements."""
    reader = _Words()
    reader.feed(markdown.markdown(text, extensions=EXTENSIONS))
    return "".join("".join(reader.said).split()), reader.tags


SIGNS = st.text(alphabet="ab中文12.#-*_`[](){}<>|!&\\~:+= \"'", min_size=1, max_size=24)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(["paragraph", "item", "heading", "quote"]), SIGNS), min_size=1, max_size=4))
def test_every_word_of_a_document_is_on_the_page_and_none_is_markup(parts: list[tuple[str, str]]) -> None:
    known = [(kind, " ".join(words.split())) for kind, words in parts if words.strip()]
    blocks = [Block(kind=Kind(kind), spans=(Span(text=words),), level=int(kind == "heading")) for kind, words in known]
    said, tags = shown(write(blocks, (), {}, Lang.ZH))
    assert said == "".join("".join(words.split()) for _, words in known)
    assert set(tags) <= {"p", "h2", "ul", "li", "blockquote"}


def test_each_message_has_a_document_that_brings_it() -> None:
    told = set(re.findall(r"^\[(.+)\]", CATALOGUE.read_text(encoding="utf-8"), re.MULTILINE))
    here = Path(__file__)
    shows = here.read_text(encoding="utf-8") + here.with_name("test_wechat.py").read_text(encoding="utf-8")
    assert [code for code in told if f'"{code}"' not in shows] == []
