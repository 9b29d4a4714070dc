"""What several flows ask of a project: its forms, and whose keys they are sealed to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core import asked
from xinqiao.core.derived import Derived, DerivedLevel
from xinqiao.core.form import Form, Purpose
from xinqiao.core.name import nearest
from xinqiao.core.occasion import Occasion
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.question import Choice
from xinqiao.core.text import Text
from xinqiao.forms.instance import instance
from xinqiao.forms.read import read_form
from xinqiao.intake.keys import Keyring

AGGREGATION, RECOVERY = asked.AGGREGATION, "recovery"
# Forms of which each answer is read by somebody, so that it must be said who.
READ_ONE_BY_ONE = frozenset({Purpose.REGISTRATION, Purpose.QUESTION, Purpose.REFERRAL})
# Forms that somebody is waiting for an answer to, so that it must be said who is on duty and by when.
ANSWERED = frozenset({Purpose.QUESTION, Purpose.REFERRAL})


def choice_lists(config: Config) -> Mapping[str, tuple[Choice, ...]]:
    """The choice lists that every form may name without writing them."""
    places = {"units": config.units, "dormitories": config.dormitories, "laboratories": config.laboratories}
    return {name: choices for name, choices in places.items() if choices}


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
    """The file of a form by its id, or the path itself; that of an instance (FORM@EVENT) is its form's.

    Raises XinqiaoError (form-not-found).
    """
    own = {file.stem: file for file in config.form_files}
    path = own.get(ref) or own.get(ref.partition("@")[0], Path(ref))
    if not path.is_file():
        raise refuse("form-not-found", form=Path(ref).name, nearest=nearest(ref, own))
    return path


def load_form(config: Config, ref: str) -> Form:
    """A form by its id or by the path of its file; `FORM@EVENT` is its instance for an event.

    Raises XinqiaoError: form-not-found, form-event-unknown, and with every problem of a file.
    """
    form = read_form(form_path(config, ref), choice_lists(config), coarser_steps(config))
    base, _, event = ref.partition("@")
    if not event or base != form.id:
        return form
    by_slug = {occasion.slug: occasion for occasion in occasions(config, form)}
    if event not in by_slug:
        raise refuse("form-event-unknown", form=base, event=event, nearest=nearest(event, by_slug))
    return instance(form, by_slug[event])


def occasions(config: Config, form: Form) -> tuple[Occasion, ...]:
    """The events that ask for registration by a form; none for a form of another purpose.

    Raises XinqiaoError as the registry of events does.
    """
    if form.purpose is not Purpose.REGISTRATION:
        return ()
    # With templates of pages, which most commands do not need.
    from xinqiao.site.events import read_events  # noqa: PLC0415 - start-up time

    asking = (event for event in read_events(config.root).values() if event.registration == form.id)
    return tuple(occasion for event in asking if (occasion := event.occasion()))


def with_instances(config: Config, forms: Iterable[Form]) -> tuple[Form, ...]:
    """The forms, each followed by its instances. Raises XinqiaoError as `occasions` does."""
    return tuple(one for form in forms for one in (form, *(instance(form, event) for event in occasions(config, form))))


def of_past_events(forms: Iterable[Form], stored: Iterable[str]) -> tuple[Form, ...]:
    """For ids in the store whose event is no longer registered: their form, under that id.

    What was sent to them is kept no longer than the form says.
    """
    known = {form.id: form for form in forms}
    lost = [(known.get(form.partition("@")[0]), form) for form in stored if form not in known]
    return tuple(replace(form, id=form_id) for form, form_id in lost if form)


def load_forms(config: Config) -> tuple[Form, ...]:
    """Every form of the portal in order of file names, each followed by its instances for events.

    The problems of all files in one error.
    """
    forms: list[Form] = []
    problems: list[Problem] = []
    for path in config.form_files:
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
    return with_instances(config, forms)


def _seal_to(path: Path) -> Place:
    """Where a form file names the keys that it is sealed to."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for number, line in enumerate(lines, start=1):
        if line.startswith("seal_to"):
            return Place(file=str(path), line=number, column=1)
    return Place(file=str(path) if lines else "")


def recipients(config: Config, form: Form) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The public halves that a form is sealed to, and a warning for each that does not exist yet.

    With any of them lacking there are none: an answer that somebody cannot open is not asked for, nor one that
    waits for a reader whom nobody has named, or for whom nobody is on duty.
    """
    made = Keyring(config.keys_dir) if config.demonstration else None
    found: list[str] = []
    lacking: list[Problem] = []
    place = _seal_to(form_path(config, form.id)) if form.base in {path.stem for path in config.form_files} else Place()
    if form.purpose in ANSWERED and (code := _duty_lacks(config)):
        lacking.append(Problem(code=code, place=place, params={"form": form.id}))
    for name in form.seal_to:
        if form.purpose in READ_ONE_BY_ONE and name != RECOVERY and name not in config.readers:
            params = {"form": form.id, "key": name}
            lacking.append(Problem(code="form-reader-unnamed", place=place, params=params))
        public = config.keys.get(name) or (made.public(name) if made and name in made.names() else None)
        if public:
            found.append(public)
        else:
            lacking.append(Problem(code="form-reader-missing", place=place, params={"forms": form.id, "key": name}))
    return (() if lacking else tuple(found)), tuple(lacking)


def told_by_key(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The same with one warning for each key that does not exist: it names all forms that wait for it."""
    waiting: dict[str | int, list[str]] = {}
    told: list[Problem] = []
    for problem in problems:
        if problem.code != "form-reader-missing":
            told.append(problem)
            continue
        key = problem.params["key"]
        if key not in waiting:
            told.append(problem)
        waiting.setdefault(key, []).append(str(problem.params["forms"]))
    return tuple(
        replace(one, params={**one.params, "forms": ", ".join(dict.fromkeys(waiting[one.params["key"]]))})
        if one.code == "form-reader-missing"
        else one
        for one in told
    )


def _duty_lacks(config: Config) -> str:
    """What the roster lacks for a form that somebody answers: a problem's code, or nothing."""
    if config.duty is None:
        return "form-roster-missing"
    return "" if config.duty.confirmed or config.demonstration else "form-limits-unconfirmed"
