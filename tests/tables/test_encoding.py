"""Bytes of any origin become text, or one clear problem; what does not fit is kept apart, never guessed."""

from __future__ import annotations

import traceback

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.tables.encoding import STRANGE, decode, restored

CHINESE = "班级,mood\n一班,很低落\n"


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (CHINESE.encode(), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8-sig"),
        (CHINESE.encode("gb18030"), "gb18030"),
        (CHINESE.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), "utf-16"),
    ],
    ids=["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"],
)
def test_text_comes_out_the_same_whatever_the_encoding(raw: bytes, encoding: str) -> None:
    found = decode(raw, "f.csv")
    assert (found.text, found.encoding, found.strange) == (CHINESE, encoding, "")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "file-empty"),
        (b"\xef\xbb\xbf", "file-empty"),
        (b" \r\n\t\n", "file-empty"),
        (b"mood\n\0\n", "file-binary"),
        (CHINESE.encode("utf-16-le"), "file-binary"),
        (b"mood\n\xff\n", "file-undecodable"),
        (b"mood\n\xed\xa0\x80\n", "file-undecodable"),
        (b"\xff\xfea", "file-undecodable"),
        ("na\u00efve,caf\u00e9\n".encode("cp1252"), "file-undecodable"),
        (b"\xd0\xcf\x11\xe0rest", "file-kind-unsupported"),
        (b"%PDF-1.7", "file-kind-unsupported"),
    ],
)
def test_a_file_that_is_no_text_is_one_problem_with_its_place(raw: bytes, code: str) -> None:
    with pytest.raises(XinqiaoError) as caught:
        decode(raw, "f.csv")
    assert [(problem.code, problem.place.file) for problem in caught.value.problems] == [(code, "f.csv")]


@settings(deadline=None)
@given(st.binary(), st.sampled_from(["", "utf-8", "gb18030", "cp1252", "utf-16", "big5"]))
def test_any_bytes_give_text_or_one_problem(raw: bytes, given: str) -> None:
    try:
        found = decode(raw, "f.csv", given)
    except XinqiaoError as error:
        assert len(error.problems) == 1
    else:
        assert found.text.strip()
        assert bool(found.strange) or not STRANGE.search(found.text)


# ── The encoding that a form file names ──


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "gb18030", "gbk", "big5", "utf-16", "utf-8-sig"])
def test_a_named_encoding_is_used(encoding: str) -> None:
    text = "班,mood\n一班,低\n"
    assert decode(text.encode(encoding), "f.csv", encoding).text == text


def test_western_text_is_read_where_its_encoding_is_named() -> None:
    assert decode("na\u00efve,caf\u00e9\n".encode("cp1252"), "f.csv", "cp1252").text == "na\u00efve,caf\u00e9\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_mark_of_the_named_encoding_is_no_part_of_the_text(encoding: str) -> None:
    assert decode(CHINESE.encode("utf-8-sig"), "f.csv", encoding).text == CHINESE


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (CHINESE.encode("utf-8-sig"), "gb18030"),
        (CHINESE.encode("utf-16"), "utf-8"),
        (CHINESE.encode("gb18030"), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "cp1252"),
    ],
    ids=["marked-utf-8", "marked-utf-16", "gb18030", "cp1252"],
)
def test_bytes_that_are_not_as_named_are_refused_and_not_quoted(raw: bytes, encoding: str) -> None:
    with pytest.raises(XinqiaoError) as caught:
        decode(raw, "f.csv", encoding)
    problem = caught.value.problems[0]
    assert (problem.code, problem.params) == ("file-encoding-other", {"encoding": encoding, "row": 0})
    assert caught.value.__context__ is None
    assert "很低落" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("encoding", ["nonsense", "hex", "undefined"])
def test_an_encoding_that_is_none_is_the_forms_fault(encoding: str) -> None:
    with pytest.raises(XinqiaoError) as caught:
        decode(CHINESE.encode(), "f.csv", encoding)
    assert caught.value.problems[0].code == "file-encoding-unusable"
    assert caught.value.exit_code is ExitCode.CONTENT


# ── Lines of two encodings in one file ──

HANZI = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=6)


def test_most_lines_say_what_the_file_is() -> None:
    utf8, gb = "很好,一班\n".encode(), "很好,一班\n".encode("gb18030")
    assert (found := decode(utf8 * 3 + gb, "f.csv")).encoding == "utf-8"
    assert found.strange == "gb18030"
    assert (found := decode(gb * 3 + utf8, "f.csv")).encoding == "gb18030"
    assert found.strange == "utf-8"
    assert (found := decode(b"\xef\xbb\xbf" + utf8 * 3 + gb, "f.csv")).text.startswith("很好,一班")
    assert found.strange == "gb18030"


def test_a_single_character_that_looks_like_both_makes_no_line_strange() -> None:
    """The GB18030 bytes of 女 are a Western letter in UTF-8, and stand alone in many a line."""
    text = "性别,mood\n女,2\n男,1\n女,3\n"
    found = decode(text.encode("gb18030"), "f.csv")
    assert (found.text, found.encoding, found.strange) == (text, "gb18030", "")


def not_utf8(text: str) -> bool:
    try:
        text.encode("gb18030").decode()
    except UnicodeDecodeError:
        return True
    return False


def surely_utf8(text: str) -> bool:
    return not not_utf8(text) and max(text.encode("gb18030").decode()) >= "\u0800"


@settings(deadline=None)
@given(st.lists(HANZI, min_size=1, max_size=6), st.lists(HANZI, min_size=1, max_size=4), st.randoms())
def test_lines_of_another_encoding_are_told_apart_and_nothing_is_lost(
    fitting: list[str], strange: list[str], random: object
) -> None:
    lines = [(f"1,{text},x", "utf-8") for text in (*fitting, *strange)]
    others = [(f"2,{text},y", "gb18030") for text in strange]
    # At least one line must show that the file is not all of one kind, and none may look like the other by chance.
    assume(any(not_utf8(text) for text, _ in others) and not any(surely_utf8(text) for text, _ in others))
    lines += others
    random.shuffle(lines)  # type: ignore[attr-defined]
    found = decode(b"".join(text.encode(encoding) + b"\n" for text, encoding in lines), "f.csv")
    assert found.encoding == "utf-8"
    for got, (text, encoding) in zip(found.text.splitlines(), lines, strict=True):
        assert bool(STRANGE.search(got)) is (encoding == "gb18030")
        assert restored(got, found.strange) == text
        assert got.count(",") == 2
