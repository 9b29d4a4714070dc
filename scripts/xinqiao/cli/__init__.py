"""Arguments to exit code; no work. Flows are imported inside commands, so that `--help` starts at once."""

from __future__ import annotations

import click

from xinqiao import __version__
from xinqiao.cli import answers, forms, intake, keys, ledger, new, news, portal


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="xinqiao")
def main() -> None:
    """Xinqiao 心桥: a mental-health education portal of a college.

    Exit codes: 0 done, 1 our fault, 2 usage, 10 content or form, 11 answers (outputs still written),
    12 cannot open (key), 13 not safe to release, 14 site build failed, 15 another system failed.
    """


for command in (
    portal.demo, portal.build, portal.serve, portal.admin, portal.check, portal.verify_live,
    answers.validate, answers.summarize, answers.audit, answers.release, answers.region,
    ledger.ledger, keys.keys, intake.intake, intake.inbox,
    forms.forms, new.new, news.news, portal.wechat,
):  # fmt: skip
    main.add_command(command)
