"""`xinqiao keys`: the college's key pairs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.text import Text
from xinqiao.flows.desk import log_path
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.output import write_output
from xinqiao.flows.project import load_forms
from xinqiao.intake.carried import Carried, carried
from xinqiao.intake.held import needing_earlier
from xinqiao.intake.keys import Keyring, opens
from xinqiao.intake.seal import Identity


def new_key(config: Config, name: str, passphrase: str) -> Outcome:
    """Makes a pair; the private half stays in the keys folder under the passphrase."""
    public = Keyring(config.keys_dir).create(name, passphrase)
    said = Text.of(
        zh=f'私钥已用口令锁好，存于 {config.keys_dir}。把这一行加进 portal.toml 的 [keys]：\n{name} = "{public}"',
        en=f"The private half lies locked in {config.keys_dir}. Add this line to [keys] in portal.toml:\n"
        f'{name} = "{public}"',
    )
    return Outcome(said=said, document={"name": name, "public": public, "folder": str(config.keys_dir)})


def list_keys(config: Config) -> Outcome:
    """The names that portal.toml knows and those whose private half lies on this machine."""
    ring = Keyring(config.keys_dir)
    here = {name: ring.public(name) for name in ring.names()}
    lines = [f"{name}  {public}" for name, public in sorted({**here, **config.keys}.items())]
    private = "、".join(sorted(here)) or "–"
    said = Text.of(
        zh="\n".join([*lines, f"私钥在本机：{private}"]),
        en="\n".join([*lines, f"private half on this machine: {private.replace('、', ', ')}"]),
    )
    return Outcome(said=said, document={"portal": dict(config.keys), "here": here})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pages:
    """Of the built pages of forms that name a key as their reader: how many it opens, which it does not."""

    opened: int
    by_earlier: tuple[Carried, ...]
    closed: tuple[Carried, ...]


def check_key(config: Config, name: str, passphrase: str | None, site: Path, progress: Progress) -> Outcome:
    """Proves that the private half on this machine opens what the site seals to that name.

    What the site seals is sealed anew to the recipients that stand in its built pages (`site`), and opened. Told
    besides: what only the key opens that this one followed. Raises XinqiaoError: key-not-published, key-mismatch,
    key-page-mismatch.
    """
    ring = Keyring(config.keys_dir)
    published = config.keys.get(name) or (ring.public(name) if config.demonstration and name in ring.names() else None)
    if published is None:
        raise refuse("key-not-published", key=name)
    identity = ring.prove(name, passphrase, published)
    progress(f"{name}: pages")
    pages = _pages(config, name, identity, site)
    if pages.closed:
        raise XinqiaoError(_of_page("key-page-mismatch", name, page) for page in pages.closed)
    progress(f"{name}: store")
    waiting = _waiting(config, identity)
    count = pages.opened
    said = Text.of(
        zh=f"“{name}”的私钥能打开网站所封存的内容；逐页试过 {count} 个表单页面。",
        en=f"The private half of “{name}” opens what the site seals; {count} pages of forms were tried.",
    )
    document = {"name": name, "opens": True, "pages": count, "need_earlier": waiting}
    return Outcome(said=said, document=document, problems=tuple(_notices(name, identity, published, pages, waiting)))


def _pages(config: Config, name: str, identity: Identity, site: Path) -> _Pages:
    readers = {form.id: form.seal_to for form in load_forms(config)}
    opened, by_earlier, closed = 0, list[Carried](), list[Carried]()
    for page in carried(site):
        if name not in readers.get(page.form, ()):
            continue
        whole = len(page.recipients) == len(readers[page.form])
        if whole and opens(identity.alone(), page.recipients):
            opened += 1
        elif whole and opens(identity, page.recipients):
            opened += 1
            by_earlier.append(page)
        else:
            closed.append(page)
    return _Pages(opened=opened, by_earlier=tuple(by_earlier), closed=tuple(closed))


def _of_page(code: str, name: str, page: Carried) -> Problem:
    return Problem(code=code, place=Place(file=page.page), params={"key": name, "form": page.form})


def _notices(name: str, identity: Identity, published: str, pages: _Pages, waiting: int) -> Iterator[Problem]:
    if not pages.opened:
        yield Problem(code="key-pages-missing", params={"key": name})
    if published != identity.public:
        params = {"key": name, "public": identity.public}
        yield Problem(code="key-earlier-published", place=Place(file="portal.toml"), params=params)
    elif pages.by_earlier:
        yield _of_page("key-earlier-served", name, pages.by_earlier[0])
    if waiting:
        yield Problem(code="key-earlier-needed", params={"key": name, "sealed": waiting})


def rotate_key(config: Config, name: str, passphrase: str | None, new_passphrase: str | None) -> Outcome:
    """Makes a new pair of the same name; the old private half stays in the same file and goes on opening."""
    public = Keyring(config.keys_dir).rotate(name, passphrase, new_passphrase)
    said = Text.of(
        zh=f"“{name}”有了新密钥；旧私钥留在同一个文件里，新旧回答都能打开。在 portal.toml 的 [keys] 里换成这一行，"
        f'再重新构建并上传网站、重启接收端：\n{name} = "{public}"\n'
        f"然后运行 xinqiao keys check {name}，并重新打印恢复页。",
        en=f"“{name}” has a new key; the old private half stays in the same file, and both open. Put this line in the "
        f"place of the old one under [keys] in portal.toml, then build, upload and restart the receiver:\n"
        f'{name} = "{public}"\nAfterwards run `xinqiao keys check {name}` and print its sheet anew.',
    )
    return Outcome(said=said, document={"name": name, "public": public})


def retire_key(config: Config, name: str, passphrase: str | None, progress: Progress) -> Outcome:
    """Takes away the private halves that a key followed, where nothing in the store needs them any more.

    Raises XinqiaoError: key-store-missing, key-still-needed.
    """
    ring = Keyring(config.keys_dir)
    identity = ring.unlock(name, passphrase)
    if identity.earlier:
        if not config.store_path.is_file():
            raise refuse("key-store-missing", Place(file=str(config.store_path)), key=name)
        if config.keys.get(name, identity.public) != identity.public:
            raise refuse("key-earlier-published", Place(file="portal.toml"), key=name, public=identity.public)
        progress(f"{name}: store")
        if waiting := _waiting(config, identity):
            raise refuse("key-still-needed", key=name, sealed=waiting)
        ring.retire(name, passphrase)
    said = Text.of(
        zh=f"“{name}”只剩现在的私钥；去掉了 {len(identity.earlier)} 把旧的。",
        en=f"“{name}” has its present private half alone; {len(identity.earlier)} earlier ones were taken away.",
    )
    return Outcome(said=said, document={"name": name, "retired": len(identity.earlier)})


def print_sheet(config: Config, name: str, output: Path, today: date) -> Outcome:
    """Writes the recovery sheet of a key, to be printed; the passphrase is not asked for and not in it."""
    # With templates and the drawing of codes, which no other command of keys needs.
    from xinqiao.intake.sheet import recovery_sheet  # noqa: PLC0415 - start-up time

    ring = Keyring(config.keys_dir)
    locked = ring.locked(name)
    write_output(output, recovery_sheet(name, ring.public(name), locked, config.college, today))
    said = Text.of(
        zh=f"恢复页写入 {output}。打印两份后删除这个文件，再用 xinqiao keys drill {name} 演练一次。",
        en=f"The recovery sheet is {output}. Print two, delete the file, then drill with `xinqiao keys drill {name}`.",
    )
    return Outcome(said=said, document={"name": name, "output": str(output)})


def _waiting(config: Config, identity: Identity) -> int:
    """How much in the store and in the case log opens only with an earlier private half."""
    return sum(needing_earlier(path, identity) for path in (config.store_path, log_path(config)))
