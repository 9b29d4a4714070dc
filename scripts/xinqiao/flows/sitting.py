"""`xinqiao inbox` without a form: the counsellor's page, served on this machine to who knows its address."""

from __future__ import annotations

from collections.abc import Callable

from xinqiao.care.app import inbox_app, new_token
from xinqiao.care.page import Number, Numbers, View
from xinqiao.config import Config
from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.text import Text
from xinqiao.flows.desk import open_desk
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.port import HOST, check_port
from xinqiao.intake.receiver import serve
from xinqiao.site.help_lines import Kind, local, oldest, read_help_lines


def sit_down(
    config: Config, passphrase: str | None, ready: Callable[[Outcome], None], *, key: str = "", port: int = 0
) -> Outcome:
    """Serves the inbox until it is stopped; `ready` is told its address. port: 0 finds a free one.

    Raises XinqiaoError: inbox-no-roster, inbox-no-forms, key-missing, passphrase-wrong, port-taken.
    """
    desk = open_desk(config, passphrase, key)
    port = check_port(port, port + 10)
    me, numbers = desk.me, at_hand(config)
    view = View(
        base=f"/{new_token()}/",
        college=config.college,
        duty=desk.duty,
        key=desk.key,
        me=me.name if me else "",
        numbers=numbers,
    )
    cases, _ = desk.look()
    address = f"http://{HOST}:{port}{view.base}"
    missing = [] if config.store_path.is_file() else [Problem(code="inbox-no-store")]
    missing += [] if numbers else [Problem(code="inbox-no-numbers")]
    waiting = sum(case.answered is None for case in cases)
    ready(
        Outcome(
            said=Text.of(
                zh=f"收件箱：{address}\n只在这台电脑上打得开；地址不要给别人。按 Ctrl+C 结束。",
                en=f"The inbox: {address}\nIt opens on this computer only; give the address to nobody. Ctrl+C ends it.",
            ),
            document={"inbox": address, "cases": len(cases), "waiting": waiting},
            problems=tuple(missing),
        )
    )
    serve(inbox_app(desk, view, root=config.root), HOST, port)
    return Outcome(said=Text.of(zh="收件箱已关上。", en="The inbox is closed."))


def at_hand(config: Config) -> Numbers | None:
    """The register's lines of the college's own place, emergency first; None where it has none or cannot be read.

    An inbox opens all the same.
    """
    try:
        lines = read_help_lines(config.root)
    except XinqiaoError:
        return None
    urgent = [line for line in local(lines) if line.kind is not Kind.SUPPORT]
    if not urgent:
        return None
    return Numbers(
        lines=tuple(Number(shown=one.number, dialled=one.tel, name=one.name, hours=one.hours) for one in urgent),
        checked_on=oldest(urgent),
        confirmed=all(line.confirmed for line in urgent),
    )
