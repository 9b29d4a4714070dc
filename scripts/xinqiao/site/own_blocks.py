"""Markdown to HTML around the blocks that the portal itself puts into pages: help bars and lists of sources.

They are HTML, which Markdown reads tag by tag to give it back as it was. A word stands in their place meanwhile.
"""

from __future__ import annotations

import re

from markdown import Markdown

# Blocks that stand by themselves, between blank lines, and hold none; nor anything that Markdown changes within.
OWN_BLOCK = re.compile(
    r"""(?:(?<=\A)|(?<=\n\n))<(?P<tag>aside|div)\ class="xq-(?:help-bar|sources)"[^\n\t\r\x02\x03]*\n
    (?:(?!</(?P=tag)>)[^\n\t\r\x02\x03]+\n)*?</(?P=tag)>(?=\n\n|\n?\Z)""",
    re.VERBOSE,
)
WORD = "xqblockxq"
# The attribute that asks Markdown to read what is within.
CHANGED = "markdown"


def converted(reader: Markdown, source: str) -> str:
    """A text as HTML, by a reader that is ready for it: the same as all of it read by Markdown."""
    blocks: list[str] = []

    def word(block: re.Match[str]) -> str:
        if CHANGED in block[0]:
            return block[0]
        blocks.append(block[0])
        return f"{WORD}{len(blocks) - 1}{WORD}"

    html = reader.convert(OWN_BLOCK.sub(word, source) if WORD not in source else source)
    for at, block in enumerate(blocks):
        place = f"<p>{WORD}{at}{WORD}</p>"
        if html.count(place) != 1:
            # It stands where it is no block of its own, in a listing of code for instance.
            return reader.reset().convert(source)
        html = html.replace(place, f"{block}\n")
    # As Markdown does it, which ends such a block with a line of its own.
    return html.strip()
