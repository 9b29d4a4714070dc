"""`forms`: form files."""

from __future__ import annotations

from pathlib import Path

import click

from xinqiao.cli.running import common, run


@click.group(epilog="Example: xinqiao forms check")
def forms() -> None:
    """Form files: checks, and what others need to read a form's data."""


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
