"""The command reference, made from the commands' own help: `python -m xinqiao.reference` prints it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from xinqiao.cli import main

HEAD = """\
# Commands

Made from `--help` by `make reference`; a test keeps the two equal. Every command takes `--project DIR`
(default: the nearest folder above with a `portal.toml`) and `--json`.
"""
WIDTH = 100


def commands(
    command: click.Command = main, path: tuple[str, ...] = ("xinqiao",)
) -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, groups before what they hold."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from commands(command.commands[name], (*path, name))


def reference() -> str:
    """The whole reference as Markdown."""
    parts = [HEAD]
    for name, command in commands():
        context = click.Context(command, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH)
        parts.append(f"## {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    click.echo(reference(), nl=False)
