"""Arguments to exit code; no work. Flows are imported inside commands, so that `--help` starts at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from rich.console import Console

from xinqiao import __version__
from xinqiao.config import Config, find_project, load_config
from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.text import Lang

if TYPE_CHECKING:
    from xinqiao.flows.outcome import Outcome, Progress

F = TypeVar("F", bound=Callable[..., object])
PROJECT = click.option("--project", type=click.Path(path_type=Path), default=Path(), help="The portal's folder.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
PASSPHRASE = click.option("--passphrase-file", type=click.File(), help="A file whose first line is the passphrase.")
ERRORS = Console(stderr=True, highlight=False, soft_wrap=True)


def common(command: F) -> F:
    """The options that every command takes."""
    return AS_JSON(PROJECT(command))


class _Status:
    """Says on standard error what is going on, while a person is watching."""

    def __init__(self) -> None:
        self.status = ERRORS.status("…")

    def __call__(self, words: str) -> None:
        if not words:
            self.status.stop()
        elif sys.stderr.isatty():
            self.status.start()
            self.status.update(words)


def _run(project: Path, as_json: bool, flow: Callable[[Config, Progress], Outcome]) -> None:
    """Runs a flow, tells its outcome, and ends with its exit code; a problem is never a traceback."""
    status = _Status()
    try:
        outcome = flow(load_config(find_project(project)), status)
    except XinqiaoError as error:
        status("")
        _tell_problems(error.problems)
        if as_json:
            _tell_json({}, error.problems)
        sys.exit(error.exit_code)
    status("")
    _tell(outcome, as_json)
    sys.exit(outcome.exit_code)


def _tell(outcome: Outcome, as_json: bool) -> None:
    _tell_problems(outcome.problems)
    if as_json:
        _tell_json(outcome.document, outcome.problems)
    else:
        click.echo("\n".join(outcome.said[lang] for lang in Lang))


def _tell_json(document: object, problems: Iterable[Problem]) -> None:
    found = [problem.as_json() for problem in problems]
    whole = {**document, "problems": document.get("problems", found)} if isinstance(document, dict) else document
    click.echo(json.dumps(whole, ensure_ascii=False, indent=2))


def _tell_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        ERRORS.print(problem.line(Lang.ZH), markup=False)
        ERRORS.print(f"    {problem.message(Lang.EN)}", markup=False, style="dim")


def _passphrase(given: Iterable[str] | None, config: Config, *, new: bool = False) -> str | None:
    """From the file, else by prompt; a demonstration's throw-away keys have none."""
    if given is not None:
        return next(iter(given), "").rstrip("\r\n")
    if config.demonstration and not new:
        return None
    return str(click.prompt("口令 Passphrase", hide_input=True, confirmation_prompt=new, err=True))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="xinqiao")
def main() -> None:
    """Xinqiao 心桥: a mental-health education portal of a college.

    Exit codes: 0 done, 1 our fault, 2 usage, 10 content or form, 11 answers (outputs still written),
    12 cannot open (key), 13 not safe to release, 14 site build failed, 15 another system failed.
    """


@main.command(epilog="Example: xinqiao demo --port 8080")
@common
@click.option("--port", default=8000, show_default=True, help="Port of the site; the receiver takes the next one.")
@click.option("--output", type=click.Path(path_type=Path), default=None, help="Folder of the site [default: site].")
def demo(project: Path, as_json: bool, port: int, output: Path | None) -> None:
    """Builds the portal with generated answers and serves site and receiver on 127.0.0.1."""
    from xinqiao.flows.demo import demo as flow  # noqa: PLC0415 - start-up time

    def served(config: Config, progress: Progress) -> Outcome:
        def ready(outcome: Outcome) -> None:
            progress("")
            _tell(outcome, as_json)

        return flow(config, port, output or config.root / "site", progress, ready)

    _run(project, as_json, served)


@main.command(epilog="Example: xinqiao build --output site")
@common
@click.option("--output", type=click.Path(path_type=Path), default=None, help="Folder of the site [default: site].")
def build(project: Path, as_json: bool, output: Path | None) -> None:
    """Builds and checks the whole site, ready for any static host."""
    from xinqiao.flows.build import build as flow  # noqa: PLC0415 - start-up time

    _run(project, as_json, lambda config, progress: flow(config, output or config.root / "site", progress))


@main.command(epilog="Example: xinqiao validate training-feedback answers.xlsx --clean clean.csv")
@common
@click.argument("form")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--report", type=click.Path(path_type=Path), default=None, help="JSON of what was found; no answers.")
@click.option("--clean", type=click.Path(path_type=Path), default=None, help="CSV of the rows that can be used.")
@click.option("--quarantine", type=click.Path(path_type=Path), default=None, help="CSV of the rows set aside, and why.")
def validate(project: Path, as_json: bool, form: str, file: Path, **outputs: Path | None) -> None:
    """Checks a CSV or XLSX of answers: tells what can be used and what cannot, and why."""
    from xinqiao.flows.validate import validate as flow  # noqa: PLC0415 - start-up time

    _run(project, as_json, lambda config, progress: flow(config, form, file, progress, **outputs))


@main.command(epilog="Example: xinqiao check --json")
@common
def check(project: Path, as_json: bool) -> None:
    """Tells every problem of forms and content with its place; publishes nothing."""
    from xinqiao.flows.check import check as flow  # noqa: PLC0415 - start-up time

    _run(project, as_json, flow)


@main.command(epilog="Example: xinqiao summarize training-feedback answers.csv --output tables")
@common
@click.argument("form")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--output", required=True, type=click.Path(path_type=Path), help="Folder for the safe tables.")
def summarize(project: Path, as_json: bool, form: str, files: tuple[Path, ...], output: Path) -> None:
    """Turns files of answers into safe tables; never writes raw ones."""
    from xinqiao.flows.summarize import summarize as flow  # noqa: PLC0415 - start-up time

    _run(project, as_json, lambda config, progress: flow(config, form, files, output, progress))


@main.command(epilog="Example: xinqiao release training-feedback")
@common
@click.argument("form")
@PASSPHRASE
def release(project: Path, as_json: bool, form: str, passphrase_file: Iterable[str] | None) -> None:
    """Releases the safe tables of the sealed store's answers, gated by all earlier releases."""
    from xinqiao.flows.release import release as flow  # noqa: PLC0415 - start-up time

    _run(
        project,
        as_json,
        lambda config, progress: flow(config, form, _passphrase(passphrase_file, config), progress),
    )


@main.group(epilog="Example: xinqiao keys new aggregation")
def keys() -> None:
    """The college's keys; private halves never enter the repository."""


@keys.command("new", epilog="Example: xinqiao keys new counsellor")
@common
@click.argument("name")
@PASSPHRASE
def keys_new(project: Path, as_json: bool, name: str, passphrase_file: Iterable[str] | None) -> None:
    """Makes a pair and prints the line for portal.toml."""
    from xinqiao.flows.keys import new_key as flow  # noqa: PLC0415 - start-up time

    _run(project, as_json, lambda config, _: flow(config, name, _passphrase(passphrase_file, config, new=True) or ""))


@keys.command("list", epilog="Example: xinqiao keys list --json")
@common
def keys_list(project: Path, as_json: bool) -> None:
    """Lists public halves, and whose private half lies on this machine."""
    from xinqiao.flows.keys import list_keys as flow  # noqa: PLC0415 - start-up time

    _run(project, as_json, lambda config, _: flow(config))


@keys.command("check", epilog="Example: xinqiao keys check aggregation")
@common
@click.argument("name")
@PASSPHRASE
def keys_check(project: Path, as_json: bool, name: str, passphrase_file: Iterable[str] | None) -> None:
    """Proves that the private half here opens what the site seals to NAME."""
    from xinqiao.flows.keys import check_key as flow  # noqa: PLC0415 - start-up time

    _run(project, as_json, lambda config, _: flow(config, name, _passphrase(passphrase_file, config)))


@main.group(epilog="Example: xinqiao intake list")
def intake() -> None:
    """The receiver and its store of sealed envelopes."""


@intake.command("serve", epilog="Example: xinqiao intake serve --port 8001")
@common
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; put a proxy before it.")
@click.option("--port", default=8001, show_default=True, help="Port to listen on.")
def intake_serve(project: Path, as_json: bool, host: str, port: int) -> None:
    """Runs the receiver until it is stopped."""
    from xinqiao.flows.intake import serve_receiver as flow  # noqa: PLC0415 - start-up time

    _run(project, as_json, lambda config, _: flow(config, host, port))


@intake.command("list", epilog="Example: xinqiao intake list --json")
@common
def intake_list(project: Path, as_json: bool) -> None:
    """Tells how many sealed envelopes each form has; counts only."""
    from xinqiao.flows.intake import list_intake as flow  # noqa: PLC0415 - start-up time

    _run(project, as_json, lambda config, _: flow(config))


if __name__ == "__main__":
    main()
