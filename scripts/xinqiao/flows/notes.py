"""What the public ledger says of a form's series, in words for its page: corrections, and that it was closed."""

from __future__ import annotations

from collections.abc import Iterator

from xinqiao.config import Config
from xinqiao.core.summary import Audience
from xinqiao.core.text import Lang, Text
from xinqiao.flows.ledger import ledger_path, read


def notes(config: Config, form: str, lang: Lang) -> Iterator[str]:
    """A sentence for each correction and for the close, in order. Raises XinqiaoError (ledger-broken)."""
    for line in read(ledger_path(config, Audience.PUBLIC)):
        if line.form == form and line.corrects:
            why = Text.of(**line.reason)
            said = Text.of(
                zh=f"第 {line.release} 次发布是对第 {line.corrects} 次的更正：{why[Lang.ZH]}。"
                "此前公布的表格保留原样，请以新的为准，不要拿两次的数字相减。",
                en=f"Release {line.release} corrects release {line.corrects}: {why[Lang.EN]}. The tables published "
                "before stay as they were; go by the new ones, and take neither from the other.",
            )
            yield said[lang]
        elif line.form == form and line.closed:
            why = Text.of(**line.closed)
            said = Text.of(
                zh=f"第 {line.release} 次发布之后不再发布新的表格：{why[Lang.ZH]}。",
                en=f"Nothing is published after release {line.release}: {why[Lang.EN]}.",
            )
            yield said[lang]
