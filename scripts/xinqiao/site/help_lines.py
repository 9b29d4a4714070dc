"""The registry of help lines: every number that a page shows comes from here, with the day it was checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.text import Lang, Text
from xinqiao.site import page
from xinqiao.site.entries import SOURCE_ONLY, read_entries
from xinqiao.site.integrity import guarded
from xinqiao.site.source import Entry

REGISTRY = "docs/data/help-lines.yml"
WARN_DAYS, FAIL_DAYS = 90, 180
PAGE_LIMIT = 4096
ALL_DAY = re.compile(
    r"24\s*-?\s*(?:小时|小時|h\b|h(?:ou)?rs?\b|[x×/]\s*7)|二十四小[时時]|7\s*[x×/*]\s*24|"
    r"全天|昼夜|晝夜|日夜|round[- ]the[- ]clock|day (?:and|or) night",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?://(?P<site>[^\s/]+)\S*")
CHINESE = re.compile("[\u4e00-\u9fff]")
KEYS = (
    "id", "number", "tel", "name", "place", "hours", "round_the_clock",
    "languages", "kind", "source", "checked_on", "checked_by",
)  # fmt: skip


class Kind(StrEnum):
    """What a line is for, in the order in which a page shows them."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpLine:
    """One line: `number` as shown, `tel` for the link, `checked_on` the day its source was read."""

    id: str
    number: str
    tel: str
    name: Text
    place: str
    hours: Text
    round_the_clock: bool
    languages: tuple[str, ...]
    kind: Kind
    source: str
    checked_on: date
    checked_by: str
    at: Place = field(default_factory=Place)

    def __post_init__(self) -> None:
        if _digits(self.tel) != _digits(self.number) or not re.fullmatch(r"\+?\d+", self.tel):
            raise refuse("help-line-tel", self.at, line=self.id)
        said = (*self.hours, *self.name)
        if not self.round_the_clock and any(ALL_DAY.search(words) for words in said):
            raise refuse("help-line-round-the-clock", self.at, line=self.id)

    @property
    def source_tag(self) -> str:
        """The language in which its source is named, for readers that speak pages aloud."""
        return (Lang.ZH if CHINESE.search(self.source) else Lang.EN).tag

    @property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """What the line rests on: titles, each with its address or none. They are written `Title address; …`."""
        parts = re.split(r"\s*(?:[;；]\s+|；)", self.source)
        return tuple(_titled(part) for part in parts if part)

    @property
    def confirmed(self) -> bool:
        """Whether a person of the college has confirmed it, beyond reading its source."""
        return self.checked_by != SOURCE_ONLY

    def age(self, today: date, *, production: bool) -> Iterator[Problem]:
        """A warning from 90 days on; from 180 an error in production, which stops the build."""
        days = (today - self.checked_on).days
        params: dict[str, str | int] = {"line": self.id, "days": days, "source": self.source}
        if days < 0:
            params = {"line": self.id, "day": self.checked_on.isoformat()}
            yield Problem(code="help-line-future", place=self.at, params=params)
        elif days > FAIL_DAYS and production:
            yield Problem(code="help-line-expired", place=self.at, params={**params, "limit": FAIL_DAYS})
        elif days > WARN_DAYS:
            yield Problem(code="help-line-old", place=self.at, params=params)


def read_help_lines(project: Path) -> tuple[HelpLine, ...]:
    """The registry of a project, emergency lines first. Raises XinqiaoError with every problem found."""
    if not (project / REGISTRY).is_file():
        raise refuse("help-lines-missing", Place(file=REGISTRY))
    lines = read_entries(project, REGISTRY, _line)
    if lacking := tuple(_kinds_missing(lines)):
        raise XinqiaoError(lacking)
    return tuple(sorted(lines, key=lambda line: list(Kind).index(line.kind)))


def _line(entry: Entry) -> HelpLine | None:
    before = len(entry.notes.problems)
    entry.only(KEYS)
    name, hours, checked_on = entry.words("name"), entry.words("hours"), entry.day("checked_on")
    plain = {key: entry.text(key) for key in ("id", "number", "tel", "place", "source", "checked_by")}
    kind = entry.choice("kind", Kind)
    around, languages = entry.flag("round_the_clock"), entry.names("languages")
    if len(entry.notes.problems) > before or name is None or hours is None or checked_on is None:
        return None
    try:
        return HelpLine(
            **plain,
            name=name,
            hours=hours,
            round_the_clock=around,
            languages=languages,
            kind=Kind(kind),
            checked_on=checked_on,
            at=entry.place("checked_on"),
        )
    except XinqiaoError as error:
        # The line's own checks know its date's place; these two faults stand elsewhere.
        where = {"help-line-tel": "tel", "help-line-round-the-clock": "hours"}
        for problem in error.problems:
            place = entry.place(where.get(problem.code, "id"))
            entry.notes.problems.append(Problem(code=problem.code, place=place, params=problem.params))
        return None


def _kinds_missing(lines: Sequence[HelpLine]) -> Iterator[Problem]:
    for kind in (Kind.EMERGENCY, Kind.CRISIS):
        if not any(line.kind is kind for line in lines):
            yield Problem(code="help-lines-kind-missing", place=Place(file=REGISTRY), params={"kind": kind.value})


def _titled(words: str) -> tuple[str, str]:
    """A title and its address; one without a title is called by its site."""
    found = ADDRESS.search(words)
    if found is None:
        return words, ""
    title = words.replace(found[0], "").strip(" ,，:：")
    return title or found["site"], found[0]


def _digits(words: str) -> str:
    return re.sub(r"\D", "", words)


def ages(lines: Sequence[HelpLine], today: date, *, production: bool) -> tuple[Problem, ...]:
    """What the ages of all lines give: warnings, and errors where the build must stop."""
    return tuple(problem for line in lines for problem in line.age(today, production=production))


def oldest(lines: Sequence[HelpLine]) -> date:
    """The day on which the line that waits longest was checked: what a page may claim of all of them."""
    return min(line.checked_on for line in lines)


def local(lines: Sequence[HelpLine]) -> tuple[HelpLine, ...]:
    """The lines of the place that the registry names first: where the college is."""
    return tuple(line for line in lines if line.place == lines[0].place)


def help_html(lines: Sequence[HelpLine], lang: Lang, *, up: str = "../../../") -> str:
    """A short bar with the phone first: one crisis line, one for the night if that is not open then, then emergencies.

    `up` leads from the page to the site's root; a form's page lies three folders below it.
    """
    near = local(lines)
    crisis = next((line for line in (*near, *lines) if line.kind is Kind.CRISIS), lines[0])
    always = (line for line in near if line.kind is Kind.CRISIS and line.round_the_clock)
    night = None if crisis.round_the_clock else next(always, None)
    emergency = [line for line in near if line.kind is Kind.EMERGENCY]
    return page.render("help-bar.html", lang=lang, crisis=crisis, night=night, emergency=emergency, up=up)


def help_list(lines: Sequence[HelpLine], lang: Lang) -> str:
    """Every line with hours, languages, source and the day it was checked, as HTML by place."""
    places = dict.fromkeys(line.place for line in lines)
    groups = [(place, [line for line in lines if line.place == place]) for place in places]
    return page.render("help-list.html", lang=lang, groups=groups)


def crisis_page(lines: Sequence[HelpLine]) -> bytes:
    """The page `/help-now/`: both languages in one file that needs no other. Raises help-page-large."""
    urgent = [line for line in local(lines) if line.kind is not Kind.SUPPORT]
    confirmed = all(line.confirmed for line in urgent)
    made = page.render("help-now.html", lines=urgent, checked_on=oldest(urgent), confirmed=confirmed)
    made = guarded(re.sub(r">\s+<", "><", re.sub(r"\s*\n\s*", "\n", made)).strip())
    if len(made.encode()) > PAGE_LIMIT:
        raise refuse("help-page-large", Place(file=REGISTRY), bytes=len(made.encode()), limit=PAGE_LIMIT)
    return made.encode()
