"""`intake`: the receiver and its store."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xinqiao.cli.running import common, run


@click.group(epilog="Example: xinqiao intake list")
def intake() -> None:
    """The receiver and its store of sealed envelopes."""


@intake.command("serve", epilog="Example: xinqiao intake serve --port 8001")
@common
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; put a proxy before it.")
@click.option("--port", default=8001, show_default=True, help="Port to listen on.")
def intake_serve(project: Path, as_json: bool, host: str, port: int) -> None:
    """Runs the receiver until it is stopped."""
    from xinqiao.flows.intake import serve_receiver as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, host, port))


@intake.command("list", epilog="Example: xinqiao intake list --json")
@common
def intake_list(project: Path, as_json: bool) -> None:
    """Tells how many sealed envelopes each form has; counts only."""
    from xinqiao.flows.intake import list_intake as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config))


@intake.command("expire", epilog="Example: xinqiao intake expire training-feedback")
@common
@click.argument("form", default="")
@click.option("--uncovered", is_flag=True, help="Also those that no release counts yet; they will never count.")
def intake_expire(project: Path, as_json: bool, form: str, uncovered: bool) -> None:
    """Deletes envelopes older than their form's retention, for good; a form by its name, or all.

    Only those that a release covers whose counts are sealed. A tombstone (id, form, day received, day
    deleted) stays, so that the same envelope sent again is not counted again.
    """
    from xinqiao.flows.expire import expire as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, date.today(), form, uncovered=uncovered))
