"""The tables `[sources.NAME]` of portal.toml: other systems whose answers are pulled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from xinqiao.core.source import Source, System, Written
from xinqiao.duty_settings import Part

# A secret goes over the wire: in clear only to this machine itself.
Secure = Annotated[str, StringConstraints(pattern=r"^(https://[^\s/]+|http://(127\.0\.0\.1|localhost)(:\d+)?)(/\S*)?$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
Remote = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?$")]
# What a setting needs, in words for the message; by the last part of its key.
WANTED = {
    "system": " / ".join(System),
    "address": "https://…",
    "remote": "A–Z a–z 0–9 - _ . (ODK: PROJECT/FORM)",
    "columns": '{ question = "name there" }',
    "mode": " / ".join(Written),
}


class SourceTable(Part):
    """`[sources.NAME]`: one form in another system."""

    system: Literal["kobo", "odk", "limesurvey", "formbricks", "wenjuanxing"]
    address: Secure
    remote: Remote
    form: Annotated[str, StringConstraints(min_length=1)]
    columns: dict[str, str] = Field(default_factory=dict)
    mode: Literal["text", "code"] = "text"

    def source(self, name: str) -> Source:
        """The source of that name."""
        return Source(
            name=name,
            system=System(self.system),
            address=self.address.rstrip("/"),
            remote=self.remote,
            form=self.form,
            columns=dict(self.columns),
            mode=Written(self.mode),
        )


SourceTables = dict[Name, SourceTable]


def sources(tables: Mapping[str, SourceTable]) -> Mapping[str, Source]:
    """Every source by its name."""
    return {name: table.source(name) for name, table in tables.items()}
