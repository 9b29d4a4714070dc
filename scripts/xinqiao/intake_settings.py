"""The table `intake` of portal.toml: what the receiver takes in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from xinqiao.core.limits import PER_DAY, PER_MINUTE, IntakeLimits, Limits
from xinqiao.duty_settings import Part

Count = Annotated[int, Field(ge=1)]
Moment = datetime | date
# What a setting needs, in words for the message; by the last part of its key.
WANTED = {
    **dict.fromkeys(("date", "datetime"), "2026-09-01 / 2026-09-01T08:00:00"),
    **dict.fromkeys(("per_day", "per_minute"), "整数 whole number ≥ 1"),
    "address_header": "X-Real-IP",
}


class FormTable(Part):
    """`[intake.forms.FORM]`: when one form is open and how many answers it takes a day."""

    opens: Moment | None = None
    closes: Moment | None = None
    per_day: Count | None = None


class IntakeTable(Part):
    """`[intake]`: what holds for every form, and for single ones."""

    per_day: Count = PER_DAY
    per_minute: Count = PER_MINUTE
    address_header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]*$")] = ""
    forms: dict[str, FormTable] = Field(default_factory=dict)

    def limits(self) -> IntakeLimits:
        """The limits that the table sets."""
        return IntakeLimits(
            per_minute=self.per_minute,
            address_header=self.address_header,
            usual=Limits(per_day=self.per_day),
            forms={
                name: Limits.written(one.opens, one.closes, one.per_day or self.per_day)
                for name, one in self.forms.items()
            },
        )


SECTIONS: Mapping[tuple[str, ...], type[Part]] = {("intake",): IntakeTable, ("intake", "forms"): FormTable}
