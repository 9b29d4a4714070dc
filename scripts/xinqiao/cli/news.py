"""`news`: announcements, recaps and policy notes."""

from __future__ import annotations

from pathlib import Path

import click

from xinqiao.cli.running import common, run
from xinqiao.core.text import Lang

KINDS = ("events", "recaps", "policy")
# As `xinqiao new` calls them.
DRAFTS = ("event", "recap", "policy", "article")


@click.group(epilog="Example: xinqiao news import ../old-blog/content --kind recaps")
def news() -> None:
    """Announcements, recaps and policy notes."""


@news.command("import", epilog="Example: xinqiao news import ../old-blog/content --kind recaps")
@common
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What the posts become.")
@click.option(
    "--lang",
    type=click.Choice([lang.value for lang in Lang]),
    default="zh",
    show_default=True,
    help="Their language.",
)
def news_import(project: Path, as_json: bool, folder: Path, kind: str, lang: str) -> None:
    """Takes the posts of another Pelican site over, with their tags; never over a file that is there."""
    from xinqiao.flows.news import import_news as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, folder, kind, Lang(lang)))


@news.command("word", epilog="Example: xinqiao news word 培训回顾.docx --kind recap --slug autumn-recap")
@common
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(DRAFTS), required=True, help="What the document becomes.")
@click.option("--slug", required=True, help="Its name in the address: small letters, digits and hyphens.")
@click.option(
    "--lang", type=click.Choice([lang.value for lang in Lang]), default="zh", show_default=True, help="Its language."
)
@click.option("--title", default="", help="Its title [default: the document's own].")
@click.option("--event", default="", metavar="EVENT", help="The event that it announces or looks back on.")
def news_word(
    project: Path, as_json: bool, file: Path, kind: str, slug: str, lang: str, title: str, event: str
) -> None:
    """Makes a draft of a Word document (.docx): tables kept, pictures out to files, every fault listed."""
    from xinqiao.flows.word import import_word as flow  # noqa: PLC0415 - start-up time

    asked = {"kind": kind, "slug": slug, "title": " ".join(title.split()), "event": event}
    run(project, as_json, lambda config, _: flow(config, file, lang=Lang(lang), **asked))
