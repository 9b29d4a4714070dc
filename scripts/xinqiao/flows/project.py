"""What several flows ask of a project: its forms, and whose keys they are sealed to."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.question import Choice
from xinqiao.forms.read import read_form
from xinqiao.intake.keys import Keyring

AGGREGATION = "aggregation"


def choice_lists(config: Config) -> Mapping[str, tuple[Choice, ...]]:
    """The choice lists that every form may name without writing them."""
    return {"units": config.units} if config.units else {}


def load_form(config: Config, ref: str) -> Form:
    """A form by its id or by the path of its file."""
    path = config.forms_dir / f"{ref}.yml"
    if not path.is_file():
        path = Path(ref)
    if not path.is_file():
        known = [file.stem for file in config.forms_dir.glob("*.yml")]
        nearest = (difflib.get_close_matches(ref, known, 1, 0) or ["–"])[0]
        raise refuse("form-not-found", form=Path(ref).name, nearest=nearest)
    return read_form(path, choice_lists(config))


def load_forms(config: Config) -> tuple[Form, ...]:
    """Every form of the portal in order of file names; the problems of all files in one error."""
    forms: list[Form] = []
    problems: list[Problem] = []
    for path in sorted(config.forms_dir.glob("*.yml")):
        try:
            form = read_form(path, choice_lists(config))
        except XinqiaoError as error:
            problems += error.problems
            continue
        if form.id != path.stem:
            problems.append(Problem(code="form-id-differs", place=Place(file=str(path)), params={"form": form.id}))
        forms.append(form)
    if problems:
        raise XinqiaoError(problems)
    return tuple(forms)


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
            lacking.append(Problem(code="form-reader-missing", params={"form": form.id, "key": name}))
    return (() if lacking else tuple(found)), tuple(lacking)
