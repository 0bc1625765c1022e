"""What Godot 4's RichTextLabel shows of BBCode, read as the engine reads it."""

from __future__ import annotations

import re

TAG = re.compile(r"\[([^\]]*)\]")
COLOR = re.compile(r"(?:bg)?color=#[0-9a-f]{6}")

Shown = list[tuple[str, frozenset[str]]]


def shown(bbcode: str) -> Shown:
    """Return each character with the tags that it has, an inner colour in the place of an outer.

    A tag that Godot does not know, and an end that is not that of the last tag, are text.
    """
    characters: Shown = []
    stack: list[str] = []
    done = 0

    def add(text: str) -> None:
        style = {tag.partition("=")[0]: tag for tag in stack}
        characters.extend((character, frozenset(style.values())) for character in text)

    for match in TAG.finditer(bbcode):
        if match.start() < done:
            continue
        add(bbcode[done : match.start()])
        tag = match[1]
        done = match.end()
        if tag in {"lb", "rb"}:
            add("[" if tag == "lb" else "]")
        elif tag in {"u", "i", "s", "pulse"} or tag.startswith("url=") or COLOR.fullmatch(tag):
            stack.append(tag)
        elif stack and tag == "/" + stack[-1].partition("=")[0]:
            stack.pop()
        else:
            add("[")
            done = match.start() + 1
    add(bbcode[done:])
    return characters
