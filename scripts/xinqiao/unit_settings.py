"""The tables `units`, `dormitories` and `laboratories` of portal.toml: the places that answers are counted by."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field, StringConstraints

from xinqiao.core.question import Choice
from xinqiao.duty_settings import Pair, Part


class PlaceTable(Part):
    """A place with its name and what people call it."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$")]
    label: Pair

    def choice(self) -> Choice:
        """As forms offer it."""
        return Choice(name=self.name, label=self.label.text())


class UnitTable(PlaceTable):
    """A class with its grade."""

    grade: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$")]
    # How many are on the roster; needed for response rates.
    size: Annotated[int, Field(ge=1)] | None = None

    def choice(self) -> Choice:
        """As forms offer it, with its size."""
        return replace(super().choice(), size=self.size)
