"""What a form file may hold: its keys and the kinds of their values, before anything means anything."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from xinqiao.core.form import Purpose
from xinqiao.core.question import BadAnswer, Role
from xinqiao.core.scale import Method
from xinqiao.core.summary import Attendance, Audience, Strategy
from xinqiao.core.text import Lang, Text


class Sensitive(StrEnum):
    """Whether answers tell about a person's health, which raises the threshold."""

    NONE = "none"
    HEALTH = "health"


class Nonresponse(StrEnum):
    """Whether it may be known of a few people that they did not answer."""

    OPEN = "open"
    SENSITIVE = "sensitive"


class Style(StrEnum):
    """How a form is shown: one thing a page."""

    PAGES = "pages"


def as_text(value: object) -> object:
    """A code such as `1` or `true` as the text that stands in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | Decimal) else value


def _as_list(value: object) -> object:
    return value if isinstance(value, list | dict) or value is None else [value]


def _as_number(value: object) -> object:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_yes_no(value: object) -> object:
    """XLSForm writes `yes`, YAML `true`."""
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "blank")
    return value


Words = Annotated[str, BeforeValidator(as_text)]
Spoken = Annotated[Words, AfterValidator(_not_blank)]
Number = Annotated[Decimal, BeforeValidator(_as_number)]
YesNo = Annotated[bool, BeforeValidator(_as_yes_no)]
Several = Annotated[list[Words], BeforeValidator(_as_list)]
Lax = Field(strict=False)


class Shape(BaseModel):
    """A mapping of the file.

    `not_yet`: keys that the format has and this version does not read; `refused`: columns of XLSForm that no
    form of ours can have.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    not_yet: ClassVar[frozenset[str]] = frozenset()
    refused: ClassVar[frozenset[str]] = frozenset()


class LabelShape(Shape):
    """Words in every language, none of them blank."""

    zh: Spoken
    en: Spoken

    def text(self) -> Text:
        """The text of these words."""
        return Text.of(zh=self.zh, en=self.en)


class SettingsShape(Shape):
    """`settings`: what XLSForm's settings sheet holds."""

    refused = frozenset({"default_language", "instance_name", "public_key", "submission_url"})
    form_id: Words
    version: Annotated[int, Field(ge=1)]
    purpose: Annotated[Purpose, Lax]
    title: LabelShape
    style: Annotated[Style, Lax] | None = None
    loinc: Words = ""


class RetentionShape(Shape):
    """`retention`: for how long sealed answers are kept."""

    days: Annotated[int, Field(ge=1)]


class DateShape(Shape):
    """`date`: the column that says when a row was given, and how it is written."""

    column: Words
    format: Words = ""


class FileShape(Shape):
    """`file`: how files of others are read."""

    not_yet = frozenset({"header_row"})
    encoding: Words = ""
    delimiter: Words = ""
    sheet: Words = ""
    missing: Several = []
    date: DateShape | None = None
    keep_if: Words = ""
    already_reversed: YesNo = False
    id: Words = ""
    version: Words = ""


class ChangeShape(Shape):
    """An entry of `versions`: what a version of the form changed."""

    since: Annotated[int, Field(ge=2)]
    changed: Several = []
    renamed: dict[str, Words] = {}


class FormShape(Shape):
    """The whole file; rows, choices, scales, derived, summaries and cases are looked at one by one."""

    settings: SettingsShape
    intro: LabelShape | None = None
    consent: LabelShape
    untranslated: list[Annotated[Lang, Lax]] = []
    survey: list[Any]
    choices: dict[str, list[Any]] = {}
    scales: list[Any] = []
    derived: list[Any] = []
    summaries: list[Any] = []
    cases: list[Any] = []
    versions: list[Any] = []
    file: FileShape | None = None
    counts: Words = ""
    on_bad_answer: Annotated[BadAnswer, Lax] = BadAnswer.ROW
    seal_to: list[Words]
    retention: RetentionShape


class RowShape(Shape):
    """One row of `survey`: a question, or the begin or end of a group."""

    refused = frozenset({"autoplay", "guidance_hint", "image", "media", "audio", "video", "repeat_count", "trigger"})
    type: Words
    name: Words = ""
    label: LabelShape | None = None
    hint: LabelShape | None = None
    required: YesNo = False
    relevant: Words = ""
    constraint: Words = ""
    constraint_message: LabelShape | None = None
    required_message: LabelShape | None = None
    calculation: Words = ""
    choice_filter: Words = ""
    parameters: Words = ""
    appearance: Words = ""
    default: Words = ""
    read_only: YesNo = False
    loinc: Words = ""
    role: Annotated[Role, Lax] = Role.ANSWER
    sensitive: Annotated[Sensitive, Lax] = Sensitive.NONE
    person: YesNo = False
    column: Words = ""
    missing: Several = []
    on_bad_answer: Annotated[BadAnswer, Lax] | None = None


class ChoiceShape(Shape):
    """One choice of a list. Keys that a choice_filter asks about stand beside these."""

    refused = frozenset({"image", "media", "audio", "video"})
    name: Words
    label: LabelShape
    score: int | None = None
    loinc: Words = ""
    column_value: Several = []


class BandShape(Shape):
    """One band of a scale."""

    name: Words
    low: Number
    high: Number | None = None
    label: LabelShape
    advice: LabelShape | None = None


class CoarserBandShape(Shape):
    """One band of a coarser set."""

    name: Words
    low: Number
    label: LabelShape


class DangerShape(Shape):
    """`danger` of a scale: the item that shows help, and from which score on."""

    item: Words
    at_least: int


class ScaleShape(Shape):
    """One entry of `scales`."""

    name: Words
    title: LabelShape
    items: list[Words]
    method: Annotated[Method, Lax]
    reversed: list[Words] = []
    factor: Number = Decimal(1)
    missing_items: Annotated[int, Field(ge=0)] = 0
    bands: list[BandShape] = []
    coarser_bands: list[list[CoarserBandShape]] = []
    danger: DangerShape | None = None
    sensitive: Annotated[Sensitive, Lax] | None = None
    source: Words = ""
    licence: Words = ""
    about: LabelShape | None = None


class DerivedShape(Shape):
    """One entry of `derived`: `bins` of a whole number, or a `map` of choices."""

    name: Words
    label: LabelShape
    source: Annotated[Words, Field(alias="from")]
    bins: list[int] = []
    map: dict[str, Several] = {}
    labels: dict[str, LabelShape] = {}


class CaseShape(Shape):
    """One entry of `cases`; `score: null` where too much lacks for a score."""

    title: LabelShape
    scale: Words
    answers: dict[str, Words]
    score: Number | None
    band: Words | None = None
    danger: YesNo = False


class SummaryShape(Shape):
    """One entry of `summaries`; a list inside `by` is a hierarchy."""

    not_yet = frozenset({"protect"})
    name: Words
    title: LabelShape
    by: list[Any] = []
    measures: list[Words]
    audience: Annotated[Audience, Lax] = Audience.STAFF
    nonresponse: Annotated[Nonresponse, Lax] = Nonresponse.OPEN
    strategy: Annotated[Strategy, Lax] = Strategy.SUPPRESS
    base: int = 0
    epsilon: Number = Decimal(0)
    attendance: Annotated[Attendance, Lax] = Attendance.PRIVATE
    coarsen: YesNo = False
