"""The part of a Gitea's interface that the editor asks for, over the files of one project.

Source: https://docs.gitea.com/api, version 1.24: version, user, repository, branch, tree, file-contents, raw, media,
contents, commits.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.editor.contents import Change, Contents

OWNER, NAME, BRANCH = "local", "portal", "main"
REPOSITORY = f"/repos/{OWNER}/{NAME}"
# The version whose interface this is.
VERSION = "1.24.0"
BEFORE = "as it was before the editor wrote"
# So many are asked for at once.
MANY = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who writes, as Git names them."""

    name: str
    mail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: a document, or bytes as they are."""

    status: HTTPStatus = HTTPStatus.OK
    document: object = None
    content: bytes = b""

    @property
    def body(self) -> bytes:
        """What is sent."""
        return self.content or json.dumps(self.document, ensure_ascii=False).encode()


Committed = Callable[[Sequence[str], str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Answers the editor. `committed` is told of every change: the paths and what it was called."""

    contents: Contents
    author: Author
    committed: Committed
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def get(self, address: str) -> Reply:
        """What is read, at an address below the interface's root."""
        path = urlsplit(address).path
        match path:
            case "/version":
                return Reply(document={"version": VERSION})
            case "/user":
                return Reply(
                    document={"id": 1, "login": OWNER, "full_name": self.author.name, "email": self.author.mail}
                )
            case "/settings/api":
                return Reply(document={"default_paging_num": MANY, "max_response_items": MANY})
        if not path.startswith(REPOSITORY):
            return Reply(status=HTTPStatus.NOT_FOUND, document={})
        return self._repository(path.removeprefix(REPOSITORY))

    def post(self, address: str, body: bytes) -> Reply:
        """What is written, and which files are read at once; a refusal says why in both languages."""
        path = urlsplit(address).path
        try:
            given = json.loads(body)
            if path == f"{REPOSITORY}/file-contents":
                return Reply(document=[self._file(str(name)) for name in given["files"]])
            if path == f"{REPOSITORY}/contents":
                return self._write(str(given.get("message", "")), [_change(one) for one in given["files"]])
        except (ValueError, KeyError, TypeError, AttributeError):
            return Reply(status=HTTPStatus.BAD_REQUEST, document={"message": "unreadable"})
        except XinqiaoError as error:
            message = " ".join(f"{error.problems[0].message(lang)}" for lang in Lang)
            late = any(problem.code == "editor-changed-meanwhile" for problem in error.problems)
            status = HTTPStatus.CONFLICT if late else HTTPStatus.UNPROCESSABLE_ENTITY
            return Reply(status=status, document={"message": message})
        return Reply(status=HTTPStatus.NOT_FOUND, document={})

    def _repository(self, path: str) -> Reply:
        if path in {"", "/"}:
            return Reply(document={"permissions": {"pull": True, "push": True}, "default_branch": BRANCH})
        if path == f"/branches/{BRANCH}":
            return Reply(document={"commit": {"id": self.contents.state(), "message": ""}})
        if path.startswith("/git/trees/"):
            tree = [
                {"path": blob.path, "type": "blob", "sha": blob.id, "size": blob.size} for blob in self.contents.blobs()
            ]
            return Reply(document={"tree": tree, "truncated": False})
        if path == "/commits":
            return Reply(document=[])
        if named := re.fullmatch(rf"/(?:raw|media/{BRANCH})/(.+)", path):
            found = self.contents.read(unquote(named[1]))
            return Reply(content=found) if found else Reply(status=HTTPStatus.NOT_FOUND, document={})
        return Reply(status=HTTPStatus.NOT_FOUND, document={})

    def _file(self, path: str) -> Mapping[str, str] | None:
        content = self.contents.read(path)
        if content is None:
            return None
        return {"path": path, "encoding": "base64", "content": base64.b64encode(content).decode()}

    def _write(self, message: str, changes: Sequence[Change]) -> Reply:
        now = self.now()
        touched = sorted({path for change in changes for path in (change.path, change.old) if path})
        # What was saved by hand since the last commit is in the history before anything is written over it.
        self.committed([path for path in touched if self.contents.read(path) is not None], BEFORE)
        ids = self.contents.write(changes, now)
        self.committed(touched, message)
        files = [{"path": path, "sha": id_} if id_ else None for path, id_ in ids.items()]
        commit = {"sha": self.contents.state(), "created": now.isoformat()}
        return Reply(status=HTTPStatus.CREATED, document={"commit": commit, "files": files})


def _change(given: Mapping[str, object]) -> Change:
    """A change as the editor sends it. Raises ValueError."""
    operation, path = given["operation"], str(given["path"])
    if operation not in {"create", "update", "delete"}:
        raise ValueError("no such operation")
    try:
        content = None if operation == "delete" else base64.b64decode(str(given["content"]), validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None
    before = "" if operation == "create" else str(given.get("sha") or "")
    return Change(path=path, content=content, before=before, old=str(given.get("from_path") or ""))
