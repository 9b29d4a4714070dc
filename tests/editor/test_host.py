"""The interface that the editor speaks, asked as it asks."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from xinqiao.site.editor.contents import Contents, blob_id
from xinqiao.site.editor.host import BEFORE, Author, Host

NEWS = "docs/news/events/slow-hour.zh.md"


@pytest.fixture
def told() -> list[tuple[Sequence[str], str]]:
    return []


@pytest.fixture
def host(contents: Contents, told: list[tuple[Sequence[str], str]]) -> Host:
    author = Author(name="王老师", mail="wang@example.edu")
    return Host(contents=contents, author=author, committed=lambda paths, message: told.append((paths, message)))


def asked(host: Host, address: str) -> Any:
    return json.loads(host.get(address).body)


def sent(host: Host, address: str, document: object) -> tuple[int, Any]:
    reply = host.post(address, json.dumps(document).encode())
    return reply.status, json.loads(reply.body)


def change(path: str, words: str, sha: str = "", operation: str = "update") -> dict[str, str]:
    return {"operation": operation, "path": path, "content": base64.b64encode(words.encode()).decode(), "sha": sha}


def test_the_editor_finds_what_it_asks_for_at_first(host: Host) -> None:
    assert asked(host, "/version")["version"].startswith("1.24")
    assert asked(host, "/user")["full_name"] == "王老师"
    repository = asked(host, "/repos/local/portal")
    assert repository["permissions"]["pull"]
    assert repository["default_branch"] == "main"
    assert asked(host, "/repos/local/portal/branches/main")["commit"]["id"] == host.contents.state()
    assert asked(host, "/settings/api")["default_paging_num"] >= 30


def test_the_tree_has_every_file_with_its_id(host: Host, project: Path) -> None:
    tree = asked(host, "/repos/local/portal/git/trees/main?recursive=1&page=1")
    found = {one["path"]: one["sha"] for one in tree["tree"]}
    assert found[NEWS] == blob_id((project / NEWS).read_bytes())
    assert not tree["truncated"]


def test_files_are_read_many_at_once_and_one_by_one(host: Host, project: Path) -> None:
    _, found = sent(host, "/repos/local/portal/file-contents?ref=main", {"files": [NEWS, "portal.toml"]})
    assert base64.b64decode(found[0]["content"]) == (project / NEWS).read_bytes()
    assert found[1] is None
    assert host.get(f"/repos/local/portal/raw/{NEWS}?ref=main").content == (project / NEWS).read_bytes()
    assert host.get("/repos/local/portal/media/main/portal.toml").status == 404


def test_a_save_writes_and_tells(host: Host, project: Path, told: list[tuple[Sequence[str], str]]) -> None:
    sha = blob_id((project / NEWS).read_bytes())
    status, answer = sent(
        host, "/repos/local/portal/contents", {"message": "Update", "files": [change(NEWS, "Title: 春\n", sha)]}
    )
    assert status == 201
    assert answer["files"] == [{"path": NEWS, "sha": blob_id("Title: 春\n".encode())}]
    assert answer["commit"]["sha"] == asked(host, "/repos/local/portal/branches/main")["commit"]["id"]
    assert told == [([NEWS], BEFORE), ([NEWS], "Update")], "what was saved by hand is committed before"


def test_who_is_late_is_told_in_both_languages(host: Host, told: list[tuple[Sequence[str], str]]) -> None:
    late = change(NEWS, "late", blob_id(b"older"))
    status, answer = sent(host, "/repos/local/portal/contents", {"message": "", "files": [late]})
    assert status == 409
    assert "别人改过" in answer["message"]
    assert "Somebody changed this file" in answer["message"]
    assert "late" not in (host.contents.read(NEWS) or b"").decode()
    assert [message for _, message in told] == [BEFORE]


@pytest.mark.parametrize("path", ["portal.toml", "../x.md", "scripts/x.py", "docs/news/pelicanconf.py"])
def test_nothing_but_content_is_written(host: Host, path: str) -> None:
    new = change(path, "x", operation="create")
    assert sent(host, "/repos/local/portal/contents", {"files": [new]})[0] == 422


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"files": 3}', b'{"files": [{"operation": "chmod", "path": "x"}]}',
             b'{"files": [{"operation": "create", "path": "docs/data/tags.yml", "content": "\\u00e9"}]}'],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(host: Host, body: bytes) -> None:
    assert host.post("/repos/local/portal/contents", body).status == 400


@pytest.mark.parametrize("address", ["/", "/repos/other/x", "/repos/local/portal/hooks", "/admin/users"])
def test_there_is_nothing_else(host: Host, address: str) -> None:
    assert host.get(address).status == 404
    assert host.post(address, b"{}").status == 404
