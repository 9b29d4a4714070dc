"""What counts as newer than ES2017 in a script, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from xinqiao.site.syntax import newer


@pytest.mark.parametrize(
    ("source", "edition"),
    [
        ("x = {...a}", "2018"), ("const {a, ...b} = c", "2018"), ("async function* f() {}", "2018"),
        ("a = {async *b() {}}", "2018"), ("async function f() { for await (const x of y) {} }", "2018"),
        ("/a.b/s", "2018"), ("/(?<a>b)/", "2018"), (r"/\p{L}/u", "2018"), ("try {} catch {}", "2019"),
        ("a?.b", "2020"), ("`${a?.[b]}`", "2020"), ("a ?? b", "2020"), ("import('x')", "2020"), ("1n", "2020"),
        ("0x1fn", "2020"), ("import.meta.url", "2020"), ("1_000", "2020"), ("a ??= 1", "2021"), ("a &&= 1", "2021"),
        ("class A { x = 1 }", "2022"), ("class A { #x() {} }", "2022"), ("class A { static {} }", "2022"),
        ("function (", "error"), ("var a = [1, 2;", "error"),
    ],
)  # fmt: skip
def test_what_is_newer_is_found(source: str, edition: str) -> None:
    found = list(newer(source.encode()))
    assert found[0][0] == edition


@pytest.mark.parametrize(
    "source",
    [
        "f(...a)", "[...a]", "const [a, ...b] = c", "function f(a, ...b) {}", "try {} catch (e) {}", "a ? .5 : 1",
        "x ** 2", "new.target", "function f(a, b,) {}", "/a[/]s/giuy", "async function f() { await 1 }", "0x1f + 1e3",
        "// a?.b", "'a?.b ?? c'", "/* class A { #x } */", "class A { static x() {} get y() { return 1 } }", "a?b:c",
    ],
)  # fmt: skip
def test_what_browsers_of_2017_know_is_left_alone(source: str) -> None:
    assert list(newer(source.encode())) == []


def test_every_script_of_ours_is_one_that_old_phones_run(root: Path) -> None:
    paths = sorted((root / "overrides").rglob("*.js"))
    assert len(paths) > 10
    assert [
        (path.name, [name for name, _ in newer(path.read_bytes())]) for path in paths if [*newer(path.read_bytes())]
    ] == []
