"""`new`: files from templates."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xinqiao.cli.running import common, run
from xinqiao.core.form import Purpose
from xinqiao.core.text import Lang

PURPOSES = click.Choice([purpose.value for purpose in Purpose])


@click.group(epilog="Example: xinqiao new form dormitory-survey")
def new() -> None:
    """Ready files from templates, for staff to change."""


@new.command("form", epilog="Example: xinqiao new form sleep --title-zh 睡眠小调查 --title-en 'Sleep survey'")
@common
@click.argument("form_id", metavar="ID")
@click.option("--title-zh", default=None, help="Title in Chinese; asked for at a terminal.")
@click.option("--title-en", default=None, help="Title in English; asked for at a terminal.")
@click.option("--purpose", type=PURPOSES, default="survey", show_default=True, help="What the form is for.")
def new_form(project: Path, as_json: bool, form_id: str, purpose: str, **given: str | None) -> None:
    """Writes forms/ID.yml: a small commented form without a problem."""
    from xinqiao.flows.new import new_form as flow  # noqa: PLC0415 - start-up time

    titles = {lang: given[f"title_{lang.value}"] or _ask(f"标题 Title ({lang.value})") for lang in Lang}
    run(project, as_json, lambda config, _: flow(config, form_id, titles, Purpose(purpose)))


def _ask(question: str) -> str:
    return str(click.prompt(question, err=True)) if sys.stdin.isatty() else ""  # asks a person, never a program
