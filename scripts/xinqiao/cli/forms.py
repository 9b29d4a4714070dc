"""`forms`: form files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from xinqiao.cli.running import PASSPHRASE, common, passphrase, run
from xinqiao.core.form import Purpose
from xinqiao.core.text import Lang, Text

FORMATS = ("xlsform", "fhir", "table-schema", "codebook")


@click.group(epilog="Example: xinqiao forms check")
def forms() -> None:
    """Form files: checks, exchange with other systems, and what others need to read a form's data."""


@forms.command("check", epilog="Example: xinqiao forms check training-feedback")
@common
@click.argument("refs", metavar="[FORM]...", nargs=-1)
def forms_check(project: Path, as_json: bool, refs: tuple[str, ...]) -> None:
    """Tells every problem of form files with its place, and scores their cases; of all forms where none is named."""
    from xinqiao.flows.forms import check_forms as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, progress: flow(config, refs, progress))


@forms.command("make", epilog="Example: xinqiao forms make training-feedback --output for-analysts")
@common
@click.argument("form")
@click.option("--output", type=click.Path(path_type=Path), default=None, help="Folder [default: build/forms/FORM].")
def forms_make(project: Path, as_json: bool, form: str, output: Path | None) -> None:
    """Writes a form's Table Schemas, codebook and a blank file of answers."""
    from xinqiao.flows.forms import make_form as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, progress: flow(config, form, output, progress))


@forms.command("import", epilog="Example: xinqiao forms import survey.xlsx --output forms/survey.yml")
@common
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), default=None, help="Form file [default: forms/ID.yml].")
@click.option("--id", "form_id", default="", help="The form's id, where not that of the file.")
@click.option(
    "--purpose",
    type=click.Choice([purpose.value for purpose in Purpose]),
    default=None,
    help="What it is for [default: survey].",
)
@click.option("--consent", nargs=2, default=None, metavar="ZH EN", help="The consent in Chinese and English.")
@click.option("--seal-to", multiple=True, metavar="KEY", help="Whose key answers are sealed to; may stand often.")
@click.option("--retention-days", type=click.IntRange(1), default=None, help="How long answers are kept.")
@click.option("--strict", is_flag=True, help="Refuses a form rather than leave a part of it out.")
def forms_import(  # noqa: PLR0913, PLR0917 - one option a decision
    project: Path,
    as_json: bool,
    file: Path,
    output: Path | None,
    form_id: str,
    purpose: str | None,
    consent: tuple[str, str] | None,
    seal_to: tuple[str, ...],
    retention_days: int | None,
    strict: bool,
) -> None:
    """Makes a form file of an XLSForm (.xlsx, .xls), a FHIR R4 Questionnaire or a ReproSchema activity."""
    from xinqiao.flows.exchange import Wanted  # noqa: PLC0415 - start-up time
    from xinqiao.flows.exchange import import_form as flow  # noqa: PLC0415 - start-up time

    if consent and not all(words.strip() for words in consent):
        raise click.BadParameter("ZH EN", param_hint="--consent")
    wanted = Wanted(
        form_id=form_id,
        purpose=Purpose(purpose) if purpose else None,
        consent=Text.of(zh=consent[0], en=consent[1]) if consent else None,
        seal_to=seal_to,
        retention_days=retention_days or 0,
        strict=strict,
    )
    run(project, as_json, lambda config, progress: flow(config, file, output, wanted, progress))


@forms.command("codes", epilog="Example: xinqiao forms codes mood --unit class-1 --number 40 --output slips.html")
@common
@click.argument("form")
@click.option("--unit", "units", multiple=True, help="For whom; may stand often [default: every unit of the roster].")
@click.option("--number", type=click.IntRange(1), default=None, help="Slips a unit [default: one for each member].")
@click.option("--output", required=True, type=click.Path(path_type=Path), help="The page of slips, to be printed.")
@PASSPHRASE
def forms_codes(
    project: Path,
    as_json: bool,
    form: str,
    units: tuple[str, ...],
    number: int | None,
    output: Path,
    passphrase_file: Iterable[str] | None,
) -> None:
    """Prints slips with one-time codes for a form that asks for them, one answer each; no list of them is kept."""
    from xinqiao.flows.codes import print_codes as flow  # noqa: PLC0415 - start-up time

    run(
        project,
        as_json,
        lambda config, _: flow(config, form, units, number or 0, output, passphrase(passphrase_file, config)),
    )


@forms.command("export", epilog="Example: xinqiao forms export phq9 --format fhir --output phq9.json")
@common
@click.argument("form")
@click.option("--format", "kind", type=click.Choice(FORMATS), required=True, help="The format of the file.")
@click.option(
    "--lang", type=click.Choice([lang.value for lang in Lang]), default="zh", help="Of a Table Schema [default: zh]."
)
@click.option("--output", type=click.Path(path_type=Path), default=None, help="File [default: in build/forms].")
def forms_export(project: Path, as_json: bool, form: str, kind: str, lang: str, output: Path | None) -> None:
    """Writes a form as XLSForm (comes back whole), FHIR R4 Questionnaire, Table Schema or codebook."""
    from xinqiao.flows.exchange import Format  # noqa: PLC0415 - start-up time
    from xinqiao.flows.exchange import export_form as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, progress: flow(config, form, Format(kind), Lang(lang), output, progress))
