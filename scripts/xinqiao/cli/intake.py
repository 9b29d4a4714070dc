"""`intake`: the receiver and its store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xinqiao.cli.running import PASSPHRASE, common, passphrase, run
from xinqiao.config import Config

if TYPE_CHECKING:
    from xinqiao.flows.outcome import Outcome, Progress


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


@click.command(epilog="Example: xinqiao inbox event-registration --output list.csv")
@common
@click.argument("form")
@click.option("--key", default="", help="Which of the form's keys opens it; its reader's by default.")
@click.option("--output", type=click.Path(path_type=Path), default=None, help="CSV file instead of the screen.")
@PASSPHRASE
def inbox(
    project: Path, as_json: bool, form: str, key: str, output: Path | None, passphrase_file: Iterable[str] | None
) -> None:
    """Opens registrations, questions, referrals and reports on their reader's own machine.

    Registrations for one event: FORM@EVENT, such as event-registration@may-walk.
    """
    from xinqiao.flows.inbox import inbox as flow  # noqa: PLC0415 - start-up time

    def opened(config: Config, progress: Progress) -> Outcome:
        return flow(config, form, passphrase(passphrase_file, config), progress, key=key, output=output)

    run(project, as_json, opened)


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
