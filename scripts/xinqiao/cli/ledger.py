"""`ledger`: the record of releases."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xinqiao.cli.running import common, run


@click.group(epilog="Example: xinqiao ledger void --help")
def ledger() -> None:
    """The record of releases, which can be added to and never changed."""


@ledger.command("close", epilog="Example: xinqiao ledger close training-feedback --reason-zh 计分有误 --reason-en …")
@common
@click.argument("form")
@click.option("--reason-zh", required=True, help="Why, in Chinese; published with the ledger.")
@click.option("--reason-en", required=True, help="Why, in English; published with the ledger.")
def ledger_close(project: Path, as_json: bool, form: str, reason_zh: str, reason_en: str) -> None:
    """Closes a form's series of releases, for good: for corrections of what was released already.

    For corrections that no release can make (`xinqiao release FORM --corrects` leaves out answers). What is published
    stays; a form with a form_id of its own that collects new answers takes the old one's place.
    """
    from xinqiao.flows.close import close as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, progress: flow(config, form, reason_zh, reason_en, progress))


@ledger.command("void", epilog="Example: xinqiao ledger void training-feedback $(cat ids.txt)")
@common
@click.argument("form")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
def ledger_void(project: Path, as_json: bool, form: str, ids: tuple[str, ...]) -> None:
    """Enters answers that are to count no longer, by the ids that the receiver gave for them.

    What no release has counted yet counts in none. The rest goes on counting until `xinqiao release FORM --corrects`
    leaves it out: for that the list must have enough of them to hide in. Nothing is taken off the list again.
    """
    from xinqiao.flows.correct import enter_void as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, form, ids, date.today()))
