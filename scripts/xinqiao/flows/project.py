"""What several flows ask of a project: its forms, and whose keys they are sealed to."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.derived import Derived, DerivedLevel
from xinqiao.core.form import Form
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.question import Choice
from xinqiao.core.text import Text
from xinqiao.forms.read import read_form
from xinqiao.intake.keys import Keyring

AGGREGATION = "aggregation"


def choice_lists(config: Config) -> Mapping[str, tuple[Choice, ...]]:
    """The choice lists that every form may name without writing them."""
    return {"units": config.units} if config.units else {}


def coarser_steps(config: Config) -> Mapping[str, Derived]:
    """The coarser levels of those lists: `grade` of the list `units`."""
    if not config.grades:
        return {}
    held: dict[str, list[str]] = {}
    for unit, grade in config.grades.items():
        held.setdefault(grade, []).append(unit)
    levels = tuple(
        DerivedLevel(name=grade, label=Text.of(zh=grade, en=grade), choices=tuple(units))
        for grade, units in sorted(held.items())
    )
    return {"units": Derived(name="grade", label=Text.of(zh="年级", en="Grade"), source="units", levels=levels)}


def form_path(config: Config, ref: str) -> Path:
    """The file of a form by its id, or the path itself. Raises XinqiaoError (form-not-found)."""
    path = config.forms_dir / f"{ref}.yml"
    if not path.is_file():
        path = Path(ref)
    if not path.is_file():
        known = [file.stem for file in config.forms_dir.glob("*.yml")]
        nearest = (difflib.get_close_matches(ref, known, 1, 0) or ["–"])[0]
        raise refuse("form-not-found", form=Path(ref).name, nearest=nearest)
    return path


def load_form(config: Config, ref: str) -> Form:
    """A form by its id or by the path of its file."""
    return read_form(form_path(config, ref), choice_lists(config), coarser_steps(config))


def load_forms(config: Config) -> tuple[Form, ...]:
    """Every form of the portal in order of file names; the problems of all files in one error."""
    forms: list[Form] = []
    problems: list[Problem] = []
    for path in sorted(config.forms_dir.glob("*.yml")):
        try:
            form = read_form(path, choice_lists(config), coarser_steps(config))
        except XinqiaoError as error:
            problems += error.problems
            continue
        if form.id != path.stem:
            problems.append(Problem(code="form-id-differs", place=Place(file=str(path)), params={"form": form.id}))
        forms.append(form)
    if problems:
        raise XinqiaoError(problems)
    return tuple(forms)


def _seal_to(path: Path) -> Place:
    """Where a form file names the keys that it is sealed to."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for number, line in enumerate(lines, start=1):
        if line.startswith("seal_to"):
            return Place(file=str(path), line=number, column=1)
    return Place(file=str(path) if lines else "")


def recipients(config: Config, form: Form) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The public halves that a form is sealed to, and a warning for each that does not exist yet.

    With any of them lacking there are none: an answer that somebody cannot open is not asked for.
    """
    made = Keyring(config.keys_dir) if config.demonstration else None
    found: list[str] = []
    lacking: list[Problem] = []
    for name in form.seal_to:
        public = config.keys.get(name) or (made.public(name) if made and name in made.names() else None)
        if public:
            found.append(public)
        else:
            place = _seal_to(config.forms_dir / f"{form.id}.yml")
            lacking.append(Problem(code="form-reader-missing", place=place, params={"form": form.id, "key": name}))
    return (() if lacking else tuple(found)), tuple(lacking)
