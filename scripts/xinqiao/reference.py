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


def contexts(
    command: click.Command = main, name: str = "xinqiao", parent: click.Context | None = None
) -> Iterator[click.Context]:
    """Every command in the context in which a person calls it, groups before what they hold."""
    width = {"terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, info_name=name, parent=parent, **{**command.context_settings, **width})
    yield context
    if isinstance(command, click.Group):
        for inner in sorted(command.commands):
            yield from contexts(command.commands[inner], inner, context)


def reference() -> str:
    """The whole reference as Markdown."""
    parts = [HEAD]
    for context in contexts():
        parts.append(f"## {context.command_path}\n\n```text\n{context.command.get_help(context)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    click.echo(reference(), nl=False)
