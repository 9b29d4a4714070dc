"""The command reference says what the commands say, and every command ends its help with an example."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest

from xinqiao.cli import main
from xinqiao.reference import contexts, reference

COMMANDS = {context.command_path: context.command for context in contexts()}
LEAVES = {name: command for name, command in COMMANDS.items() if not isinstance(command, click.Group)}


def test_the_written_reference_is_the_commands_own_help(root: Path) -> None:
    assert (root / "docs" / "dev" / "commands.md").read_text(encoding="utf-8") == reference(), "run `make reference`"


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_takes_the_common_options_and_shows_an_example_that_parses(name: str) -> None:
    command = LEAVES[name]
    assert {"project", "as_json"} <= {parameter.name for parameter in command.params}
    assert command.epilog is not None
    example = shlex.split(command.epilog.removeprefix("Example: "))
    words = name.split()
    assert example[: len(words)] == words
    command.make_context(name, example[len(words) :])


def test_groups_show_an_example_too() -> None:
    groups = [command for command in COMMANDS.values() if isinstance(command, click.Group) and command is not main]
    assert groups
    assert all((group.epilog or "").startswith("Example: xinqiao ") for group in groups)
