"""`keys`: the college's keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xinqiao.cli.running import PASSPHRASE, common, passphrase, run

if TYPE_CHECKING:
    from xinqiao.config import Config
    from xinqiao.flows.outcome import Outcome, Progress


@click.group(epilog="Example: xinqiao keys new aggregation")
def keys() -> None:
    """The college's keys; private halves never enter the repository."""


@keys.command("new", epilog="Example: xinqiao keys new counsellor")
@common
@click.argument("name")
@PASSPHRASE
def keys_new(project: Path, as_json: bool, name: str, passphrase_file: Iterable[str] | None) -> None:
    """Makes a pair and prints the line for portal.toml."""
    from xinqiao.flows.keys import new_key as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, name, passphrase(passphrase_file, config, new=True) or ""))


@keys.command("list", epilog="Example: xinqiao keys list --json")
@common
def keys_list(project: Path, as_json: bool) -> None:
    """Lists public halves, and whose private half lies on this machine."""
    from xinqiao.flows.keys import list_keys as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config))


@keys.command("check", epilog="Example: xinqiao keys check aggregation")
@common
@click.argument("name")
@click.option("--site", type=click.Path(path_type=Path), default=None, help="Folder of the built site [default: site].")
@PASSPHRASE
def keys_check(
    project: Path, as_json: bool, name: str, site: Path | None, passphrase_file: Iterable[str] | None
) -> None:
    """Proves that the private half here opens what the built pages seal to NAME."""
    from xinqiao.flows.keys import check_key as flow  # noqa: PLC0415 - start-up time

    def checked(config: Config, progress: Progress) -> Outcome:
        return flow(config, name, passphrase(passphrase_file, config), site or config.root / "site", progress)

    run(project, as_json, checked)


@keys.command("rotate", epilog="Example: xinqiao keys rotate counsellor")
@common
@click.argument("name")
@click.option(
    "--new-passphrase-file", type=click.File(), help="A file with another passphrase for the key from now on."
)
@PASSPHRASE
def keys_rotate(
    project: Path,
    as_json: bool,
    name: str,
    passphrase_file: Iterable[str] | None,
    new_passphrase_file: Iterable[str] | None,
) -> None:
    """Makes a new pair for NAME; the old private half stays and both open."""
    from xinqiao.flows.keys import rotate_key as flow  # noqa: PLC0415 - start-up time

    def rotated(config: Config, _: Progress) -> Outcome:
        old = passphrase(passphrase_file, config)
        if new_passphrase_file is not None:
            new = passphrase(new_passphrase_file, config)
        else:
            new = old if passphrase_file is not None or old is None else _another(old)
        return flow(config, name, old, new)

    run(project, as_json, rotated)


def _another(old: str) -> str:
    """A new passphrase by prompt; an empty one leaves it as it is."""
    asked = "新口令（留空则不变） New passphrase (empty: unchanged)"
    return (
        click.prompt(asked, default="", show_default=False, hide_input=True, confirmation_prompt=True, err=True) or old
    )


@keys.command("retire", epilog="Example: xinqiao keys retire counsellor")
@common
@click.argument("name")
@PASSPHRASE
def keys_retire(project: Path, as_json: bool, name: str, passphrase_file: Iterable[str] | None) -> None:
    """Takes away NAME's earlier private halves where nothing sealed to them is left."""
    from xinqiao.flows.keys import retire_key as flow  # noqa: PLC0415 - start-up time

    run(
        project,
        as_json,
        lambda config, progress: flow(config, name, passphrase(passphrase_file, config), progress),
    )


@keys.command("sheet", epilog="Example: xinqiao keys sheet recovery --output sheet.html")
@common
@click.argument("name")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="HTML file to print and then delete.")
def keys_sheet(project: Path, as_json: bool, name: str, output: Path) -> None:
    """Writes NAME's recovery sheet: the locked key on one page, without its passphrase."""
    from xinqiao.flows.keys import print_sheet as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, name, output, date.today()))


@keys.command("drill", epilog="Example: xinqiao keys drill recovery --sheet sheet.txt")
@common
@click.argument("name")
@click.option("--sheet", type=click.Path(path_type=Path), required=True, help="Text scanned or typed from the sheet.")
@click.option("--restore", is_flag=True, help="Puts the key's file back into the folder for keys.")
@PASSPHRASE
def keys_drill(
    project: Path, as_json: bool, name: str, sheet: Path, restore: bool, passphrase_file: Iterable[str] | None
) -> None:
    """Opens what the forms seal today with the key from its printed sheet, and notes the day."""
    from xinqiao.flows.drill import drill as flow  # noqa: PLC0415 - start-up time

    def drilled(config: Config, _: Progress) -> Outcome:
        return flow(config, name, sheet, passphrase(passphrase_file, config), date.today(), restore=restore)

    run(project, as_json, drilled)
