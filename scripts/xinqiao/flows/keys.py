"""`xinqiao keys`: the college's key pairs."""

from __future__ import annotations

from xinqiao.config import Config
from xinqiao.core.problem import refuse
from xinqiao.core.text import Text
from xinqiao.flows.outcome import Outcome
from xinqiao.intake.keys import Keyring


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


def check_key(config: Config, name: str, passphrase: str | None) -> Outcome:
    """Proves that the private half on this machine opens what the site seals to that name."""
    ring = Keyring(config.keys_dir)
    published = config.keys.get(name) or (ring.public(name) if config.demonstration and name in ring.names() else None)
    if published is None:
        raise refuse("key-not-published", key=name)
    ring.prove(name, passphrase, published)
    said = Text.of(
        zh=f"“{name}”的私钥能打开网站所封存的内容。", en=f"The private half of “{name}” opens what the site seals."
    )
    return Outcome(said=said, document={"name": name, "opens": True})
