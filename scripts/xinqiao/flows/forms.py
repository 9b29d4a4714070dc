"""`xinqiao forms`: form files checked with their scoring cases, and what others need to read a form's data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.case import Case
from xinqiao.core.expression import Value
from xinqiao.core.form import Form
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.question import Kind
from xinqiao.core.record import Row
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.output import unwritable
from xinqiao.flows.project import choice_lists, coarser_steps, form_path, load_form
from xinqiao.forms.codebook import blank_answers, codebook_text
from xinqiao.forms.place import place_of, place_of_case
from xinqiao.forms.read import read_form
from xinqiao.forms.schema import decimal, table_schema
from xinqiao.tables.score import scorer

ANSWERS = "answers.csv"
# Excel knows UTF-8 by its mark.
MARK = "\ufeff"


def check_forms(config: Config, refs: Sequence[str], progress: Progress) -> Outcome:
    """Reads form files, all of the portal where none is named, and scores every case; all problems in one run."""
    files = [form_path(config, ref) for ref in refs] or config.form_files
    problems: list[Problem] = []
    checked = []
    proved = 0
    for file in files:
        progress(file.name)
        form, found = read_and_prove(config, file)
        problems += found
        cases = len(form.cases) if form else 0
        proved += cases
        checked.append({"file": str(file), "form": form.id if form else None, "cases": cases, "problems": len(found)})
    found_zh, found_en = (
        (f"{len(problems)} 个问题", f"{len(problems)} problems") if problems else ("没有问题", "no problems")
    )
    said = Text.of(
        zh=f"检查了 {len(files)} 份表单、{proved} 个评分示例：{found_zh}。",
        en=f"{len(files)} forms and {proved} scoring cases checked: {found_en}.",
    )
    return Outcome(said=said, document={"forms": checked}, problems=tuple(problems))


def read_and_prove(config: Config, file: Path) -> tuple[Form | None, tuple[Problem, ...]]:
    """A form, None where it cannot be read, and the problems of its file: of reading, of its name, of its cases."""
    try:
        form = read_form(file, choice_lists(config), coarser_steps(config))
    except XinqiaoError as error:
        return None, error.problems
    problems = list(prove(form, file))
    if file.parent.resolve() == config.forms_dir.resolve() and form.id != file.stem:
        problems.append(Problem(code="form-id-differs", place=Place(file=str(file)), params={"form": form.id}))
    return form, tuple(problems)


def proven_forms(config: Config) -> tuple[Form, ...]:
    """Every form of the portal, in order of file names, each with its cases scored; all problems in one error."""
    read = [read_and_prove(config, file) for file in config.form_files]
    if problems := [problem for _, found in read for problem in found]:
        raise XinqiaoError(problems)
    return tuple(form for form, _ in read if form)


def prove(form: Form, file: Path) -> Iterator[Problem]:
    """What scoring makes of each case, where it differs from what the case says; at its place in the file."""
    try:
        score = scorer(form)
    except XinqiaoError as error:
        yield from (replace(one, place=place_of(file, one.place.question)) for one in error.problems)
        return
    for at, case in enumerate(form.cases):
        scale = form.scale(case.scale)
        found = score(Row(values=dict(_values(form, case)))).scores[case.scale]
        exact = None if found is None else Fraction(found)
        band = scale.band(exact) if exact is not None else None
        pairs = {
            "case-score": (_figure(case.score), _figure(exact)),
            "case-band": (case.band or "–", band.name if band else "–"),
            "case-danger": ("true" if case.danger else "false", "true" if _danger(form, case) else "false"),
        }
        for code, (said, made) in pairs.items():
            if said != made:
                params: dict[str, str | int] = {"case": at + 1, "scale": case.scale, "said": said, "made": made}
                place = place_of_case(file, at, code.removeprefix("case-"))
                yield Problem(code=code, place=place, params=params)


def _values(form: Form, case: Case) -> Iterator[tuple[str, Value]]:
    for name, answer in case.answers.items():
        yield name, int(answer) if form.question(name).kind is Kind.INTEGER else answer


def _danger(form: Form, case: Case) -> bool:
    """Whether the danger item's answer, as it scores before any turning round, shows help."""
    danger = form.scale(case.scale).danger
    if danger is None or (answer := case.answers.get(danger.item)) is None:
        return False
    question = form.question(danger.item)
    scores = {choice.name: choice.score for choice in question.choices}
    score = int(answer) if question.kind is Kind.INTEGER else scores[answer]
    return score is not None and score >= danger.at_least


def _figure(score: Fraction | None) -> str:
    return "–" if score is None else decimal(score)


def make_form(config: Config, ref: str, output: Path | None, progress: Progress) -> Outcome:
    """Writes Table Schemas, the codebook and a blank file of answers into a folder that holds nothing else."""
    form = load_form(config, ref)
    folder = output or config.root / "build" / "forms" / form.id
    progress(str(folder))
    files = _made(form)
    try:
        if not _ours(folder, files):
            raise refuse("forms-folder-taken", Place(file=str(folder)))
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise unwritable(folder, error) from None
    listed = "\n".join(f"  {folder / name}" for name in files)
    said = Text.of(zh=f"已写入：\n{listed}", en=f"Written to {folder}: {', '.join(files)}")
    return Outcome(said=said, document={"form": form.id, "output": str(folder), "files": list(files)})


def _made(form: Form) -> Mapping[str, bytes]:
    schemas = {
        f"table-schema.{lang.value}.json": (
            json.dumps(table_schema(form, lang), ensure_ascii=False, indent=2) + "\n"
        ).encode()
        for lang in Lang
    }
    return {**schemas, "codebook.csv": (MARK + codebook_text(form)).encode(), ANSWERS: _blank(form)}


def _blank(form: Form) -> bytes:
    """In the encoding that the form names, or as Excel likes it where that lacks a character."""
    header = blank_answers(form)
    try:
        return header.encode(form.file.encoding or "utf-8-sig")
    except UnicodeEncodeError:
        return header.encode("utf-8-sig")


def _ours(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Whether a folder is not there yet, or holds nothing but what an earlier run wrote, and no answers."""
    if not folder.exists():
        return not folder.is_symlink()
    if not folder.is_dir() or {path.name for path in folder.iterdir()} - {*files}:
        return False
    answers = folder / ANSWERS
    return not answers.exists() or answers.read_bytes() == files[ANSWERS] or answers.read_bytes().count(b"\n") <= 1
