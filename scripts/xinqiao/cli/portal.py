"""The portal as a whole: `demo`, `build`, `serve`, `check`, `wechat`, `verify-live`, `admin`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xinqiao.cli.running import common, run, tell, tell_problems
from xinqiao.flows.ahead import get_ready

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinqiao.config import Config
    from xinqiao.core.problem import Problem
    from xinqiao.flows.outcome import Outcome, Progress


@click.command(epilog="Example: xinqiao demo --port 8080")
@common
@click.option(
    "--port", default=8000, show_default=True, help="Port of the site; receiver and staff's pages take the next two."
)
@click.option("--output", type=click.Path(path_type=Path), default=None, help="Folder of the site [default: site].")
def demo(project: Path, as_json: bool, port: int, output: Path | None) -> None:
    """Builds the portal with generated answers; serves site, receiver and staff's pages on 127.0.0.1."""
    get_ready(project)
    from xinqiao.flows.demo import demo as flow  # noqa: PLC0415 - start-up time

    def served(config: Config, progress: Progress) -> Outcome:
        def ready(outcome: Outcome) -> None:
            progress("")
            tell(outcome, as_json)

        return flow(config, port, output or config.root / "site", progress, ready)

    run(project, as_json, served)


@click.command(epilog="Example: xinqiao build --output site --archive xinqiao.zip")
@common
@click.option("--output", type=click.Path(path_type=Path), default=None, help="Folder of the site [default: site].")
@click.option(
    "--archive",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Pack the site into this ZIP file as well, to be opened from a USB stick.",
)
def build(project: Path, as_json: bool, output: Path | None, archive: Path | None) -> None:
    """Builds and checks the whole site, ready for any static host."""
    get_ready(project)
    from xinqiao.flows.build import build as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, progress: flow(config, output or config.root / "site", progress, archive))


@click.command(epilog="Example: xinqiao serve --port 8080")
@common
@click.option("--port", default=8000, show_default=True, help="Port of the preview.")
def serve(project: Path, as_json: bool, port: int) -> None:
    """Shows the site on 127.0.0.1 while it is being written: what is saved is seen at once, what is wrong is told."""
    get_ready(project)
    from xinqiao.flows.serve import serve as flow  # noqa: PLC0415 - start-up time

    def watched(config: Config, progress: Progress) -> Outcome:
        click.echo(f"http://127.0.0.1:{port}/", err=True)

        def told(problems: Sequence[Problem]) -> None:
            progress("")
            tell_problems(problems)

        return flow(config, port, progress, told)

    run(project, as_json, watched)


@click.command(epilog="Example: xinqiao check --json")
@common
@click.option("--parity", "only", flag_value="parity", help="Only whether both languages say the same; at once.")
@click.option("--reading", "only", flag_value="reading", help="Only how long texts are to read, and who reviewed them.")
def check(project: Path, as_json: bool, only: str | None) -> None:
    """Tells every problem of forms and content with its place; publishes nothing."""
    if not only:
        get_ready(project)
    from xinqiao.flows import texts  # noqa: PLC0415 - start-up time
    from xinqiao.flows.check import check as flow  # noqa: PLC0415 - start-up time

    alone = {"parity": texts.parity, "reading": texts.reading}
    run(project, as_json, lambda config, progress: alone[only](config) if only else flow(config, progress))


@click.command(epilog="Example: xinqiao wechat docs/news/recaps/peer-supporter-training-recap.zh.md")
@common
@click.argument("page")
def wechat(project: Path, as_json: bool, page: str) -> None:
    """Makes a copy of a page for a WeChat account, with a button that copies it; PAGE is its file or address."""
    from xinqiao.flows.wechat import wechat as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, progress: flow(config, page, progress))


@click.command("verify-live", epilog="Example: xinqiao verify-live https://xinqiao.example.edu.cn/")
@common
@click.argument("url")
@click.option("--manifest", type=click.Path(path_type=Path), default=None, help="Manifest [default: the last build's].")
@click.option("--receiver", is_flag=True, help="Also ask the receiver that portal.toml names whether it is ready.")
def verify_live(project: Path, as_json: bool, url: str, manifest: Path | None, receiver: bool) -> None:
    """Compares what a host serves at URL with what was built, file by file."""
    from xinqiao.flows.live import verify_live as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, progress: flow(config, url, manifest, progress, receiver=receiver))


@click.command(epilog="Example: xinqiao admin --port 8010")
@common
@click.option("--port", default=8010, show_default=True, help="Port of the editor; the preview takes the next.")
@click.option("--config", "host", type=click.Choice(["gitea", "gitlab"]), help="Write it as a page for this Git host.")
@click.option("--git", "address", default="", metavar="URL", help="Address of that host.")
@click.option("--repo", default="", metavar="OWNER/NAME", help="The portal's repository there.")
@click.option("--branch", default="main", show_default=True, help="The branch that is written.")
@click.option("--app", default="", metavar="ID", help="The editor's id there, for signing in without a token.")
def admin(project: Path, as_json: bool, port: int, host: str | None, **hosting: str) -> None:
    """Opens the editor on 127.0.0.1: writing in both languages, preview, check, and a button that publishes."""

    def served(config: Config, progress: Progress) -> Outcome:
        get_ready(project)
        from xinqiao.flows.admin import admin as flow  # noqa: PLC0415 - start-up time

        return flow(config, port, progress, lambda address: click.echo(address, err=True))

    def written(config: Config, _: Progress) -> Outcome:
        from xinqiao.flows.hosted import hosted as flow  # noqa: PLC0415 - start-up time

        return flow(config, host or "", **hosting)

    if host and not (hosting["address"].startswith("http") and hosting["repo"].count("/")):
        raise click.UsageError("--config 还需要 --git 和 --repo。 --config needs --git and --repo as well.")
    run(project, as_json, written if host else served)
