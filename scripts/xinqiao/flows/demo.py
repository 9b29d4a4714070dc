"""`xinqiao demo`: the whole portal on this machine, with generated answers that pages say are generated."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from xinqiao import demonstration
from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.problem import refuse
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.text import Lang, Text
from xinqiao.flows.build import build
from xinqiao.flows.intake import receiver
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.port import HOST, check_port
from xinqiao.flows.project import load_forms, recipients
from xinqiao.flows.release import release
from xinqiao.flows.staff import staff_folder
from xinqiao.intake.keys import Keyring
from xinqiao.intake.receiver import running
from xinqiao.intake.seal import payload, seal
from xinqiao.intake.store import Store
from xinqiao.site.serve import serve_folder, serving


def demo(config: Config, port: int, output: Path, progress: Progress, ready: Callable[[Outcome], None]) -> Outcome:
    """Keys, receiver, generated answers, release, build; then serves until it is stopped.

    What an earlier run left in `build/demo` is kept, so that a visitor's answer stays counted.
    """
    if not config.demonstration:
        raise refuse("not-a-demonstration")
    for wanted in (port, port + 1, port + 2):
        check_port(wanted, port + 10)
    config = config.at(port)
    config.port_file.parent.mkdir(parents=True, exist_ok=True)
    config.port_file.write_text(str(port))
    forms = load_forms(config)
    _make_keys(config, forms)
    with running(receiver(config), HOST, port + 1):
        for form in forms:
            _fill(config, form, progress)
        built = build(config, output, progress)
        staff = f"http://{HOST}:{port + 2}/"
        document = {"site": config.site_url, "staff": staff}
        with serving(staff_folder(output), HOST, port + 2):
            ready(Outcome(said=_welcome(config, staff), document=document, problems=built.problems))
            serve_folder(output, HOST, port)
    return Outcome(said=Text.of(zh="示范已停止。", en="The demonstration has stopped."))


def _welcome(config: Config, staff: str) -> Text:
    name = _program()
    return Text.of(
        zh=f"示范门户：{config.site_url}（答卷全部是生成的；按 Ctrl+C 停止）\n"
        f"教职工汇总（不在公开网站上）：{staff}\n"
        f"填一份反馈表，再在另一个终端运行：{name} release training-feedback && {name} build\n"
        f"写一份转介或提问，再运行：{name} inbox",
        en=f"The demonstration: {config.site_url} (all answers are generated; Ctrl+C stops it)\n"
        f"Staff's summaries, which the public site does not have: {staff}\n"
        f"Fill in the feedback form, then in another terminal: {name} release training-feedback && {name} build\n"
        f"Send a referral or a question, then: {name} inbox",
    )


def _program() -> str:
    """The command as another terminal finds it: by its name where the shell knows it, else by its path from here."""
    beside = Path(sys.executable).parent / "xinqiao"
    return "xinqiao" if shutil.which("xinqiao") or not beside.is_file() else os.path.relpath(beside)


def _make_keys(config: Config, forms: tuple[Form, ...]) -> None:
    ring = Keyring(config.keys_dir)
    on_duty = (person.key for person in config.duty.people) if config.duty else ()
    for name in dict.fromkeys((*(name for form in forms for name in form.seal_to), *on_duty)):
        if name not in ring.names() and name not in config.keys:
            ring.create(name, None)


def _fill(config: Config, form: Form, progress: Progress) -> None:
    """Sends generated answers, releases them, and lets more wait for the next release; none to a form without tables.

    The waiting ones stand for a week of ordinary life: whoever visits is one of many newcomers, and
    the next release can count them without giving anybody away.
    """
    if not form.summaries:
        return
    with Store(config.store_path) as store:
        if store.counts().get(form.id):
            return
    released, waiting = demonstration.amounts(form)
    if form.earlier:
        progress(f"{form.earlier.id}: {released + waiting} generated answers")
        before = _sealed(config, form.earlier, released + waiting)
        demonstration.deliver(config.receiver_url, form.earlier.id, before)
    sealed = _sealed(config, form, waiting if demonstration.weekly(form) else released + waiting)
    if demonstration.weekly(form):
        progress(f"{form.id}: generated answers of {len(demonstration.WEEKS)} weeks")
        _keep_weeks(config, form)
    else:
        progress(f"{form.id}: {released} generated answers")
        demonstration.deliver(config.receiver_url, form.id, [next(sealed) for _ in range(released)])
    release(config, form.id, None, progress)
    progress(f"{form.id}: {waiting} more for the next release")
    demonstration.deliver(config.receiver_url, form.id, list(sealed))


def _keep_weeks(config: Config, form: Form) -> None:
    """Keeps generated answers of past weeks as an import would: the receiver takes those of today alone."""
    sealed_to, _ = recipients(config, form)
    kept = []
    for day, answers in demonstration.invented_weeks(form, date.today()):
        sealed = seal(payload(form.id, form.version, Lang.ZH, answers), sealed_to)
        kept.append(Envelope(id=envelope_id(sealed), form=form.id, received=day, sealed=sealed))
    with Store(config.store_path) as store:
        store.append(kept)


def _sealed(config: Config, form: Form, total: int) -> Iterator[bytes]:
    sealed_to, _ = recipients(config, form)
    for answers in demonstration.invented_answers(form, total):
        yield seal(payload(form.id, form.version, Lang.ZH, answers), sealed_to)
