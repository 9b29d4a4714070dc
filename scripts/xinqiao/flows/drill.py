"""`xinqiao keys drill`: a key is opened from its printed sheet, and the day is written down."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.problem import Place, Problem, refuse
from xinqiao.core.text import Text
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.project import RECOVERY, load_forms, recipients
from xinqiao.intake.keys import Keyring, opens
from xinqiao.intake.seal import Identity, open_with_passphrase, read_identity

# So many days after the last drill `check` reminds of the next.
DRILL_DAYS = 180
HEAD = "# The days on which keys were last opened from their printed sheets; `xinqiao keys drill` writes this file.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """When a key was last opened from its sheet, and its public half then."""

    day: date
    public: str


def drill(
    config: Config, name: str, sheet: Path, passphrase: str | None, today: date, *, restore: bool = False
) -> Outcome:
    """Opens, with the key from a sheet's text, what every form that names the key would seal today.

    restore: puts the key's file back where it is here no more. Raises XinqiaoError: file-not-found, sheet-unreadable,
    sheet-line-wrong, passphrase-needed, passphrase-wrong, key-damaged, key-not-published, drill-failed, key-exists.
    """
    # With templates and the drawing of codes, which most commands of keys do not need.
    from xinqiao.intake.sheet import read_sheet  # noqa: PLC0415 - start-up time

    if not sheet.is_file():
        raise refuse("file-not-found", Place(file=str(sheet)))
    locked = read_sheet(sheet.read_text(encoding="utf-8", errors="replace"))
    if passphrase is None:
        raise refuse("passphrase-needed", key=name)
    identity = read_identity(open_with_passphrase(locked, passphrase).decode(errors="replace"))
    tried = _opened(config, name, identity)
    if restore:
        Keyring(config.keys_dir).restore(name, locked, identity)
    _note(config, {**drills(config), name: Drilled(day=today, public=identity.public)})
    kept_zh = f"密钥文件已放回 {config.keys_dir}，用完请删掉；" if restore else ""
    kept_en = f"The key is back in {config.keys_dir}: delete it after use. " if restore else ""
    said = Text.of(
        zh=f"恢复页上的“{name}”能打开 {tried} 份表单今天封存的内容；演练日期已记下，请提交 {_file(config).name}。"
        f"{kept_zh}录入的文本请删掉。",
        en=f"The sheet's “{name}” opens what {tried} forms seal today; the day is noted. Commit {_file(config).name}. "
        f"{kept_en}Delete the text that was typed.",
    )
    return Outcome(said=said, document={"name": name, "forms": tried, "day": today.isoformat(), "restored": restore})


def _opened(config: Config, name: str, identity: Identity) -> int:
    """How many forms were tried and opened."""
    sealed_to = {form.id: recipients(config, form)[0] for form in load_forms(config) if name in form.seal_to}
    tried = {form: publics for form, publics in sealed_to.items() if publics}
    if not tried:
        raise refuse("key-not-published", key=name)
    for form, publics in tried.items():
        if not opens(identity, publics):
            raise refuse("drill-failed", key=name, form=form)
    return len(tried)


def drills(config: Config) -> Mapping[str, Drilled]:
    """The last drill of each key. Raises XinqiaoError (drills-unreadable) where the file was changed by hand."""
    path = _file(config)
    if not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        days = {name: (one["day"], one["public"]) for name, one in found.items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError):
        days = {"": ("", "")}
    if not all(type(day) is date and isinstance(public, str) for day, public in days.values()):
        raise refuse("drills-unreadable", Place(file=str(path)))
    return {name: Drilled(day=day, public=public) for name, (day, public) in days.items()}


def drill_notices(config: Config, today: date) -> tuple[Problem, ...]:
    """A warning where the recovery key was never opened from its sheet, or not for a long time."""
    public = config.keys.get(RECOVERY)
    if config.demonstration or public is None:
        return ()
    last = drills(config).get(RECOVERY)
    if last is None or last.public != public:
        return (Problem(code="drill-missing", params={"key": RECOVERY}),)
    days = (today - last.day).days
    if days > DRILL_DAYS:
        return (Problem(code="drill-due", params={"key": RECOVERY, "days": days}),)
    return ()


def _note(config: Config, made: Mapping[str, Drilled]) -> None:
    parts = [
        f'\n["{name}"]\nday = {one.day.isoformat()}\npublic = "{one.public}"\n' for name, one in sorted(made.items())
    ]
    path = _file(config)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + "".join(parts), encoding="utf-8")


def _file(config: Config) -> Path:
    folder = config.private_dir if config.demonstration else config.root / "docs" / "data"
    return folder / "key-drills.toml"
