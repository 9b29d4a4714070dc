"""Runs in the workshop are what runs as programs of their own are: what they say, how they end, what they find."""

from __future__ import annotations

import os
import resource
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from mkdocs.theme import Theme

from xinqiao.core.problem import XinqiaoError
from xinqiao.site import compiled
from xinqiao.site.program import run_all, running
from xinqiao.site.workshop import Program, Workshop

Told = tuple[str, int]
MODULES = {
    "says": """
        import os, sys
        def main(arguments):
            print(*arguments, os.environ.get("TOLD"), os.getcwd())
            sys.stderr.write("心桥\\n")
    """,
    "fails": "def main(arguments):\n    raise ValueError(*arguments)\n",
    "ends": "import sys\ndef main(arguments):\n    sys.exit(int(arguments[0]))\n",
    "speaks_last": "import sys\ndef main(arguments):\n    sys.exit('gone wrong')\n",
    "dies": "import os, signal\ndef main(arguments):\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    "writes": "def main(arguments):\n    print('x' * 1_000_000)\n",
    "steps": """
        from xinqiao.site.workshop import say_step
        def main(arguments):
            print("begun")
            say_step("1/2")
            say_step("2/2")
            print("ended")
    """,
    "leaves": """
        import os
        def main(arguments):
            print(os.environ.get("LEFT"))
            os.environ["LEFT"] = "here"
    """,
    "meets": """
        import pathlib, time
        def main(arguments):
            own, other = (pathlib.Path(name) for name in arguments)
            own.touch()
            while not other.exists():
                time.sleep(0.01)
    """,
    "works": """
        import time
        def main(arguments):
            end = time.process_time() + float(arguments[0])
            while time.process_time() < end:
                pass
    """,
}


@pytest.fixture(params=["fork", "alone"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """A workshop that forks, and one on a system that cannot."""
    for name, source in MODULES.items():
        (tmp_path / f"made_{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    if request.param == "alone":
        monkeypatch.delattr(os, "fork")
    shop = Workshop()
    yield shop
    shop.close()


@pytest.fixture
def run(shop: Workshop, tmp_path: Path) -> Callable[..., Told]:
    def made(name: str, *arguments: str, **environment: str) -> Told:
        return shop.start(program(name, tmp_path, arguments, environment)).finish()

    return made


def program(name: str, folder: Path, arguments: tuple[str, ...] = (), environment: Mapping[str, str] = {}) -> Program:
    return Program(name=name, module=f"made_{name}", arguments=arguments, environment=environment, folder=folder)


def spent() -> float:
    """Processor time of all children that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_run_says_what_it_says_where_it_is_told_to(run: Callable[..., Told], tmp_path: Path) -> None:
    said, code = run("says", "a", "b c", TOLD="so")
    # Which of its two streams comes first depends on what they hold back.
    assert (set(said.splitlines()), code) == ({f"a b c so {tmp_path}", "心桥"}, 0)


@pytest.mark.parametrize(
    ("name", "given", "code", "words"),
    [
        ("fails", "because", 1, "ValueError: because"),
        ("ends", "0", 0, ""),
        ("ends", "3", 3, ""),
        ("speaks_last", "", 1, "gone wrong"),
        ("absent", "", 1, "No module named"),
    ],
)
def test_how_a_run_ends_is_known(run: Callable[..., Told], name: str, given: str, code: int, words: str) -> None:
    said, ended = run(name, given)
    assert ended == code
    assert words in said


def test_a_run_that_is_killed_has_failed_and_the_next_one_runs(run: Callable[..., Told]) -> None:
    assert run("dies")[1] != 0
    assert run("ends", "0") == ("", 0)


def test_a_run_may_say_much(run: Callable[..., Told]) -> None:
    said, code = run("writes")
    assert (len(said), code) == (1_000_001, 0)


def test_how_far_a_run_is_is_told_apart_from_what_it_says(shop: Workshop, tmp_path: Path) -> None:
    steps: list[str] = []
    assert shop.start(program("steps", tmp_path)).finish(steps.append) == ("begun\nended\n", 0)
    assert steps == ["1/2", "2/2"]


def test_what_a_run_leaves_behind_no_other_meets(run: Callable[..., Told]) -> None:
    assert [run("leaves")[0].strip() for _ in range(2)] == ["None", "None"]


def test_runs_are_made_side_by_side(shop: Workshop, tmp_path: Path) -> None:
    # Each ends once the other has begun.
    runs = [shop.start(program("meets", tmp_path, names)) for names in (("a", "b"), ("b", "a"))]
    assert [one.finish() for one in runs] == [("", 0)] * 2


def test_the_time_of_runs_counts_as_that_of_children(shop: Workshop, tmp_path: Path) -> None:
    before = spent()
    shop.start(program("works", tmp_path, ("0.5",))).finish()
    shop.close()
    assert spent() - before >= 0.5


def test_a_workshop_that_is_gone_is_done_without(shop: Workshop, tmp_path: Path) -> None:
    shop.open()
    if shop._process is not None:
        shop._process.send_signal(signal.SIGKILL)
        shop._process.wait()
    assert shop.start(program("ends", tmp_path, ("0",))).finish() == ("", 0)


def test_each_program_that_failed_is_told_with_what_it_said(tmp_path: Path) -> None:
    programs = [
        Program(name=name, module="xinqiao.site.language", arguments=[], environment={}, folder=tmp_path)
        for name in ("one", "two")
    ]
    with pytest.raises(XinqiaoError) as error:
        run_all(programs)
    assert [problem.params["generator"] for problem in error.value.problems] == ["one", "two"]
    assert all("ValueError" in str(problem.params["lines"]) for problem in error.value.problems)


def test_a_program_that_could_not_say_why_it_ended_is_told_as_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Workshop()
    monkeypatch.setattr("xinqiao.site.program.WORKSHOP", shop)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    (tmp_path / "made_dies.py").write_text(MODULES["dies"], encoding="utf-8")
    with pytest.raises(XinqiaoError) as error:
        run_all([program("dies", tmp_path)])
    shop.close()
    assert [problem.code for problem in error.value.problems] == ["generator-killed"]


def test_a_program_beside_other_work_is_waited_for_and_told(tmp_path: Path) -> None:
    program = Program(name="beside", module="xinqiao.site.search", arguments=[], environment={}, folder=tmp_path)
    done = []
    with pytest.raises(XinqiaoError) as error, running(program):
        done.append("here")
    assert done == ["here"]
    assert error.value.problems[0].params["generator"] == "beside"
    # What fails in the block itself is what is told.
    with pytest.raises(KeyError), running(program):
        raise KeyError


def test_a_template_that_changes_is_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "TEMPLATES", compiled.Compiled())
    overrides = tmp_path / "overrides"
    overrides.mkdir()
    (overrides / "main.html").write_text("{{ 1 + 1 }}", encoding="utf-8")
    (overrides / "404.html").write_text("{% broken", encoding="utf-8")
    compiled.compile_theme(tmp_path)

    def rendered() -> str:
        env = Theme(name=compiled.THEME, custom_dir=str(overrides)).get_env()
        env.bytecode_cache = compiled.TEMPLATES
        return env.get_template("main.html").render()

    before = dict(compiled.TEMPLATES.held)
    assert rendered() == "2"
    assert compiled.TEMPLATES.held == before
    (overrides / "main.html").write_text("{{ 2 + 2 }}", encoding="utf-8")
    assert rendered() == "4"


def test_a_template_that_is_no_text_fails_the_run_that_wants_it_and_not_the_workshop(
    shop: Workshop, tmp_path: Path
) -> None:
    (tmp_path / "overrides").mkdir()
    (tmp_path / "overrides/main.html").write_bytes(b"\xff\xfe")
    shop.open(tmp_path)
    assert shop.start(program("says", tmp_path, ("a",))).finish()[1] == 0
