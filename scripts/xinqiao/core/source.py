"""Where another system's answers are fetched: what portal.toml says of it. Secrets are never part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class System(StrEnum):
    """A questionnaire system whose answers can be pulled."""

    KOBO = "kobo"
    ODK = "odk"
    LIMESURVEY = "limesurvey"
    FORMBRICKS = "formbricks"
    WENJUANXING = "wenjuanxing"


class Written(StrEnum):
    """How a system writes what was chosen: the words or names, or the place in the list from 1."""

    TEXT = "text"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One form in another system, and the form here that its answers belong to.

    address: `https://host[/path]`. remote: what the other system calls its form (ODK Central: `PROJECT/FORM`).
    columns: question here → its name there, where the two differ. mode: how choices are written there.
    """

    name: str
    system: System
    address: str
    remote: str
    form: str
    columns: Mapping[str, str] = field(default_factory=dict)
    mode: Written = Written.TEXT

    @property
    def variable(self) -> str:
        """The environment variable that holds its secret."""
        return f"XINQIAO_SOURCE_{self.name.upper().replace('-', '_')}"

    @property
    def bound(self) -> str:
        """What its cursor is good for; the address is no part of it, so that a server may move."""
        return f"{self.name} {self.system.value} {self.remote} {self.form}"
