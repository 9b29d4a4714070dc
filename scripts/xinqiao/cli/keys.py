"""`keys`: the college's keys."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from xinqiao.cli.running import PASSPHRASE, common, passphrase, run


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
@PASSPHRASE
def keys_check(project: Path, as_json: bool, name: str, passphrase_file: Iterable[str] | None) -> None:
    """Proves that the private half here opens what the site seals to NAME."""
    from xinqiao.flows.keys import check_key as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, name, passphrase(passphrase_file, config)))
