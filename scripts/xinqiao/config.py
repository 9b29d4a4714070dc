"""portal.toml becomes a frozen Config; unknown keys are refused with the nearest known one."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import Field, StringConstraints, ValidationError

from xinqiao import duty_settings, intake_settings, publish_settings, rows_settings, source_settings
from xinqiao.core.duty import Duty
from xinqiao.core.limits import USUAL_INTAKE, IntakeLimits
from xinqiao.core.policy import FLOOR, Policy
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.question import Choice
from xinqiao.core.rows import USUAL_ROWS, RowSettings
from xinqiao.core.source import Source
from xinqiao.core.summary import Audience
from xinqiao.core.text import Text
from xinqiao.duty_settings import HoursTable, LimitsTable, NoticeTable, Pair, Part, RosterTable
from xinqiao.intake_settings import IntakeTable
from xinqiao.publish_settings import Publishing, PublishTable
from xinqiao.rows_settings import RowsTable
from xinqiao.source_settings import SourceTable, SourceTables
from xinqiao.unit_settings import PlaceTable, UnitTable

FILE = "portal.toml"
# Where "leave now" leads: a page that anybody might be looking at.
QUICK_EXIT = "https://www.weather.com.cn/"
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/\S*)?$")]
Recipient = Annotated[str, StringConstraints(pattern=r"^age1[a-z0-9]{58}$")]
# What a setting needs, in words for the message; by the last part of its key.
WANTED = {
    "demonstration": "true / false",
    "zh": "文字 text",
    "en": "文字 text",
    "site_url": "http(s)://…",
    "receiver_url": "http(s)://…",
    "quick_exit": "http(s)://…",
    "name": "A–Z a–z 0–9 - _ .",
    "grade": "A–Z a–z 0–9 - _ .",
    "size": "整数 whole number ≥ 1",
    "packs": '["…"]',
    **duty_settings.WANTED,
    **intake_settings.WANTED,
    **rows_settings.WANTED,
    **publish_settings.WANTED,
    **source_settings.WANTED,
}


class _Portal(Part):
    title: Pair
    college: Pair
    site_url: Address
    receiver_url: Address
    quick_exit: Address = QUICK_EXIT


class _Policy(Part):
    threshold: int = 5
    health_threshold: int = 10


class _File(Part):
    demonstration: bool
    packs: list[Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")]] = Field(default_factory=list)
    portal: _Portal
    keys: dict[str, Recipient] = Field(default_factory=dict)
    readers: dict[str, Pair] = Field(default_factory=dict)
    colleges: dict[str, Pair] = Field(default_factory=dict)
    policy: _Policy = _Policy()
    intake: IntakeTable = IntakeTable()
    rows: RowsTable = RowsTable()
    units: list[UnitTable] = Field(default_factory=list)
    dormitories: list[PlaceTable] = Field(default_factory=list)
    laboratories: list[PlaceTable] = Field(default_factory=list)
    duty: HoursTable = HoursTable()
    limits: LimitsTable = LimitsTable()
    notice: NoticeTable = NoticeTable()
    roster: list[RosterTable] = Field(default_factory=list)
    sources: SourceTables = Field(default_factory=dict)
    publish: PublishTable | None = None


SECTIONS: Mapping[tuple[str, ...], type[Part]] = {
    (): _File,
    ("portal",): _Portal,
    ("policy",): _Policy,
    ("units",): UnitTable,
    ("dormitories",): PlaceTable,
    ("laboratories",): PlaceTable,
    **duty_settings.SECTIONS,
    **intake_settings.SECTIONS,
    **rows_settings.SECTIONS,
    **publish_settings.SECTIONS,
    ("sources",): SourceTable,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of a portal and where its things lie.

    In a demonstration keys, store and summaries lie in `build/demo`, so that nothing generated can
    be taken for real or reach the repository.
    """

    root: Path
    demonstration: bool
    title: Text
    college: Text
    site_url: str
    receiver_url: str
    keys: Mapping[str, str]
    policy: Policy
    health_policy: Policy
    units: tuple[Choice, ...]
    # Unit → grade, the coarser level under which its answers can be told.
    grades: Mapping[str, str]
    # Where "leave now" on a form leads.
    quick_exit: str = QUICK_EXIT
    # Where else peer supporters are: buildings and institutes, never a room or a research group.
    dormitories: tuple[Choice, ...] = ()
    laboratories: tuple[Choice, ...] = ()
    # Key → who holds it and when they look, in the college's words.
    readers: Mapping[str, Text] = field(default_factory=dict)
    # Of a region: the folder in which a college's packages come → the college's name.
    colleges: Mapping[str, Text] = field(default_factory=dict)
    # Who answers referrals and questions, and by when; None where nobody is on the roster.
    duty: Duty | None = None
    # Folders of `forms/packs` whose forms are used too; each has a licence of its own.
    packs: tuple[str, ...] = ()
    # What the receiver takes in.
    intake: IntakeLimits = USUAL_INTAKE
    rows: RowSettings = USUAL_ROWS
    # Forms in other systems whose answers are pulled.
    sources: Mapping[str, Source] = field(default_factory=dict)
    # Where the editor puts a finished site; None where nobody has said.
    publish: Publishing | None = None

    @property
    def private_dir(self) -> Path:
        """Where the store of sealed envelopes lies; ignored by git."""
        return self.root / "build" / "demo" if self.demonstration else self.root / "private"

    @property
    def port_file(self) -> Path:
        """Where a demonstration keeps the port that it was last served at, for a build beside it."""
        return self.root / "build" / "demo" / "port"

    @property
    def store_path(self) -> Path:
        """The store of sealed envelopes."""
        return self.private_dir / "store.db"

    @property
    def keys_dir(self) -> Path:
        """Where private halves lie: XINQIAO_KEYS, else outside the repository."""
        if given := os.environ.get("XINQIAO_KEYS"):
            return Path(given)
        return self.private_dir / "keys" if self.demonstration else platformdirs.user_config_path("xinqiao") / "keys"

    def released_dir(self, form: str, audience: Audience) -> Path:
        """Where the releases of a form lie, one numbered folder each; staff's are ignored by git."""
        if self.demonstration:
            return self.private_dir / "summaries" / audience.value / form
        folder = {Audience.PUBLIC: self.root / "docs" / "data", Audience.STAFF: self.root / "staff"}[audience]
        return folder / "summaries" / form

    @property
    def forms_dir(self) -> Path:
        """Where the form files lie."""
        return self.root / "forms"

    @property
    def form_files(self) -> tuple[Path, ...]:
        """Every form file of the portal, in order of names; those of the packs that are turned on come last."""
        folders = (self.forms_dir, *(self.forms_dir / "packs" / name for name in self.packs))
        return tuple(path for folder in folders for path in sorted(folder.glob("*.yml")))

    def at(self, port: int) -> Config:
        """The same portal served from this machine: the site at `port`, the receiver at the next."""
        return replace(self, site_url=f"http://127.0.0.1:{port}/", receiver_url=f"http://127.0.0.1:{port + 1}")


def find_project(start: Path) -> Path:
    """The nearest folder, from `start` upwards, with a portal.toml."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / FILE).is_file():
            return folder
    raise refuse("project-missing", folder=start.name or str(start))


def load_config(root: Path) -> Config:
    """The settings in `root/portal.toml`. Raises XinqiaoError with every problem of the file."""
    source = (root / FILE).read_text(encoding="utf-8")
    try:
        given = _File.model_validate(tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        raise _syntax(error) from None
    except ValidationError as error:
        raise XinqiaoError(_problems(error, source)) from None
    if min(given.policy.threshold, given.policy.health_threshold) < FLOOR:
        raise refuse("policy-below-floor", Place(file=FILE, line=_line(source, ("policy",))))
    names = [person.name for person in given.roster]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise refuse("roster-twice", Place(file=FILE, line=_line(source, ("roster",))), name=twice)
    _check_packs(root, given.packs, source)
    config = Config(
        root=root,
        demonstration=given.demonstration,
        title=given.portal.title.text(),
        college=given.portal.college.text(),
        site_url=given.portal.site_url.rstrip("/") + "/",
        receiver_url=given.portal.receiver_url.rstrip("/"),
        quick_exit=given.portal.quick_exit,
        keys=dict(given.keys),
        policy=Policy(threshold=given.policy.threshold),
        health_policy=Policy(threshold=max(given.policy.health_threshold, given.policy.threshold)),
        units=tuple(unit.choice() for unit in given.units),
        grades={unit.name: unit.grade for unit in given.units},
        dormitories=tuple(place.choice() for place in given.dormitories),
        laboratories=tuple(place.choice() for place in given.laboratories),
        readers={name: words.text() for name, words in given.readers.items()},
        colleges={name: words.text() for name, words in given.colleges.items()},
        packs=tuple(given.packs),
        duty=duty_settings.duty(given.roster, given.duty, given.limits, given.notice),
        intake=given.intake.limits(),
        rows=given.rows.settings(),
        sources=source_settings.sources(given.sources),
        publish=given.publish.settings() if given.publish else None,
    )
    return (
        config.at(int(config.port_file.read_text())) if given.demonstration and config.port_file.is_file() else config
    )


def _check_packs(root: Path, packs: Sequence[str], source: str) -> None:
    for pack in packs:
        if not (root / "forms" / "packs" / pack).is_dir():
            raise refuse("pack-missing", Place(file=FILE, line=_line(source, ("packs",))), pack=pack)


def _syntax(error: tomllib.TOMLDecodeError) -> XinqiaoError:
    reason, _, where = str(error).partition(" (at ")
    numbers = [int(number) for number in re.findall(r"\d+", where)] + [0, 0]
    return refuse("config-syntax", Place(file=FILE, line=numbers[0], column=numbers[1]), reason=reason)


def _problems(error: ValidationError, source: str) -> Iterator[Problem]:
    for fault in error.errors():
        key = ".".join(str(part) for part in fault["loc"])
        place = Place(file=FILE, line=_line(source, fault["loc"]))
        if fault["type"] == "extra_forbidden":
            params = {"key": key, "nearest": _nearest(fault["loc"])}
            yield Problem(code="config-key-unknown", place=place, params=params)
        elif fault["type"] == "missing":
            yield Problem(code="config-key-missing", place=place, params={"key": key})
        else:
            wanted = "age1…" if fault["loc"][0] == "keys" else WANTED.get(str(fault["loc"][-1]), fault["msg"])
            yield Problem(code="config-value", place=place, params={"key": key, "wanted": wanted})


def _nearest(location: tuple[Any, ...]) -> str:
    section = tuple(part for part in location[:-1] if isinstance(part, str))
    known = list((SECTIONS.get(section) or SECTIONS.get(section[:-1], Pair)).model_fields)
    return (difflib.get_close_matches(str(location[-1]), known, 1, 0) or known)[0]


def _line(source: str, location: tuple[Any, ...]) -> int:
    """The line of a key, found by walking the lines from table header to key; 0 where it is not there."""
    lines = source.splitlines()
    at, table = 0, ""
    for part in location:
        if isinstance(part, int):
            header = re.compile(rf"\s*\[\[\s*{re.escape(table)}\s*\]\]")
            headers = [number for number, line in enumerate(lines, 1) if header.match(line)]
            at = headers[part] if part < len(headers) else at
            continue
        table = str(part)
        pattern = re.compile(rf"\s*\[{{0,2}}\"?{re.escape(part)}\"?\s*(=|\])|.*[{{,]\s*{re.escape(part)}\s*=")
        at = next((number for number, line in enumerate(lines, 1) if number >= at and pattern.match(line)), at)
    return at
