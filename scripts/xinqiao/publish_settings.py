"""The table `publish` of portal.toml: where `xinqiao admin` puts a finished site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from xinqiao.duty_settings import Part

# What a setting needs, in words for the message; by the last part of its key.
WANTED = {"method": "folder / rsync / push", "target": "文件夹、HOST:FOLDER 或 REMOTE BRANCH"}


class Method(StrEnum):
    """How a site goes out: into a folder, to another machine, or as commits to a Git host that builds it."""

    FOLDER = "folder"
    RSYNC = "rsync"
    PUSH = "push"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """How and where to: a folder; HOST:FOLDER as rsync has it; REMOTE BRANCH as Git has them."""

    method: Method
    target: str


class PublishTable(Part):
    """`[publish]`."""

    method: Annotated[Method, Field(strict=False)]
    # Never the beginning of an option.
    target: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^-\s]\S*(?: [^-\s]\S*)?$")]

    def settings(self) -> Publishing:
        """The settings of the table."""
        return Publishing(method=self.method, target=self.target)


SECTIONS: Mapping[tuple[str, ...], type[Part]] = {("publish",): PublishTable}
