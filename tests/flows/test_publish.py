"""Publishing: the new site is put there whole and seen to be live, or what was there stays and the reason is told."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from xinqiao.config import Config, load_config
from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.text import Lang, Text
from xinqiao.flows import publish as flow
from xinqiao.flows.deploy import deploy
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.publish import publish
from xinqiao.publish_settings import Method, Publishing
from xinqiao.site.manifest import MANIFEST, Stamp, build_moment, write_manifest
from xinqiao.site.serve import serving

from ..pages.conftest import free_ports


def site(folder: Path, words: str) -> Path:
    (folder / "help-now").mkdir(parents=True)
    (folder / "help-now" / "index.html").write_text("help", encoding="utf-8")
    (folder / "index.html").write_text(words, encoding="utf-8")
    write_manifest(folder, Stamp(moment=build_moment()))
    return folder


@pytest.fixture
def config(root: Path, tmp_path: Path) -> Config:
    publishing = Publishing(method=Method.FOLDER, target="public")
    return replace(load_config(root), root=tmp_path, publish=publishing, demonstration=False)


@pytest.fixture
def built(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that takes no time; what it makes is a site like any other."""

    def build(_: Config, output: Path, *__: object) -> Outcome:
        site(output, "new")
        return Outcome(said=Text.of(zh="好", en="done"))

    monkeypatch.setattr(flow, "build", build)
    monkeypatch.setattr(flow, "check_wording", lambda *_: ())


def published(config: Config, patience: float = 0) -> tuple[Outcome, list[str]]:
    steps: list[str] = []
    return publish(config, lambda words: steps.append(words[Lang.EN]), lambda _: None, patience), steps


def test_it_says_when_the_page_is_live(config: Config, built: None, tmp_path: Path) -> None:
    port = free_ports()
    site(tmp_path / "public", "old")
    with serving(tmp_path / "public", "127.0.0.1", port):
        outcome, steps = published(replace(config, site_url=f"http://127.0.0.1:{port}/"), patience=5)
    assert "It is live" in outcome.said[Lang.EN]
    assert (tmp_path / "public" / "index.html").read_text("utf-8") == "new"
    assert len(steps) == 3


def test_an_address_that_does_not_answer_is_told_and_the_site_is_there(
    config: Config, built: None, tmp_path: Path
) -> None:
    outcome, _ = published(replace(config, site_url=f"http://127.0.0.1:{free_ports()}/"))
    assert [problem.code for problem in outcome.problems] == ["publish-not-seen"]
    assert (tmp_path / "public" / "index.html").read_text("utf-8") == "new"


def test_a_build_that_fails_leaves_what_is_live(
    config: Config, built: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site(tmp_path / "public", "old")

    def build(*_: object) -> Outcome:
        raise XinqiaoError([Problem(code="editor-path")])

    monkeypatch.setattr(flow, "build", build)
    with pytest.raises(XinqiaoError):
        published(config)
    assert (tmp_path / "public" / "index.html").read_text("utf-8") == "old"


def test_words_that_harm_do_not_go_out(
    config: Config, built: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "check_wording", lambda *_: (Problem(code="editor-path"),))
    with pytest.raises(XinqiaoError):
        published(config)
    assert not (tmp_path / "public").exists()


def test_without_a_setting_it_says_what_is_wanted(config: Config) -> None:
    with pytest.raises(XinqiaoError, match="publish-unset"):
        published(replace(config, publish=None))


def put(root: Path, method: Method, target: str) -> None:
    deploy(
        root,
        site(root / "made", "new") if not (root / "made").exists() else root / "made",
        Publishing(method=method, target=target),
    )


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(XinqiaoError, match="output-not-ours"):
        put(tmp_path, Method.FOLDER, "home")
    assert (tmp_path / "home" / "letter.txt").is_file()


def test_a_folder_that_cannot_be_written_leaves_what_is_live(tmp_path: Path) -> None:
    site(tmp_path / "public", "old")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(XinqiaoError, match="publish-not-put"):
        put(tmp_path, Method.FOLDER, "file/public")
    assert (tmp_path / "public" / "index.html").read_text("utf-8") == "old"


def test_nothing_is_left_beside_the_folder(tmp_path: Path) -> None:
    for _ in range(2):
        put(tmp_path, Method.FOLDER, "public")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "public"]


def test_rsync_that_is_not_there_or_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    with pytest.raises(XinqiaoError, match="publish-program-missing"):
        put(tmp_path, Method.RSYNC, "host:/srv/www")
    (tools / "rsync").write_text("#!/bin/sh\necho 'ssh: no route to host' >&2\nexit 255\n", encoding="utf-8")
    (tools / "rsync").chmod(0o755)
    with pytest.raises(XinqiaoError, match="no route to host"):
        put(tmp_path, Method.RSYNC, "host:/srv/www")


def git(folder: Path, *arguments: str) -> str:
    named = ("-c", "user.name=x", "-c", "user.email=x@y")
    done = subprocess.run(["git", "-C", str(folder), *named, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_push_takes_the_commits_to_the_git_host(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "remote")
    git(tmp_path, "init", "-q", "portal")
    portal = tmp_path / "portal"
    git(portal, "remote", "add", "origin", str(tmp_path / "remote"))
    git(portal, "commit", "-q", "--allow-empty", "-m", "one")
    put(portal, Method.PUSH, "origin pages")
    assert git(tmp_path / "remote", "rev-parse", "pages") == git(portal, "rev-parse", "HEAD")
    with pytest.raises(XinqiaoError, match="publish-not-put"):
        put(portal, Method.PUSH, "nowhere main")


@pytest.mark.parametrize(
    ("table", "fine"),
    [('method = "folder"\ntarget = "site"', True), ('method = "rsync"\ntarget = "web:/srv/www"', True),
     ('method = "push"\ntarget = "origin main"', True), ('method = "ftp"\ntarget = "x"', False),
     ('method = "push"\ntarget = "--mirror"', False), ('method = "push"\ntarget = "origin --force"', False),
     ('method = "folder"', False)],
)  # fmt: skip
def test_the_setting(root: Path, tmp_path: Path, table: str, fine: bool) -> None:
    source = (root / "portal.toml").read_text("utf-8").partition("\n[publish]")[0]
    (tmp_path / "portal.toml").write_text(f"{source}\n[publish]\n{table}\n", encoding="utf-8")
    if fine:
        assert load_config(tmp_path).publish is not None
    else:
        with pytest.raises(XinqiaoError, match=r"portal\.toml"):
            load_config(tmp_path)


def test_the_manifest_is_what_is_compared(tmp_path: Path) -> None:
    assert (site(tmp_path / "a", "x") / MANIFEST).is_file()
