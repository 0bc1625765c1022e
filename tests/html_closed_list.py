"""What any HTML of the converter must keep to, checked by reading it."""

from __future__ import annotations

import json
import re
from html import escape, unescape
from html.parser import HTMLParser

CLASS = re.compile(r"(?:bg)?color-(?:[01]\d\d|2[0-4]\d|25[0-5])|blink|underline|italic|strike")
STYLE = re.compile(r"(?:color: #[0-9a-f]{6};)?(?:background-color: #[0-9a-f]{6};)?")
HANDLER = re.compile(r'Evennia\.msg\("text",\[(".*")\],\{\}\);return false;', re.DOTALL)
SCHEME = re.compile(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*):")
SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
UNFINISHED = re.compile(r"\x1b\[[0-?]*[ -/]*$")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# What browsers mend silently: an ampersand that is no reference, a bracket that is no tag.
BROKEN = re.compile(r"&(?!(?:amp|lt|gt|quot|#x27);)|<(?!/?(?:span|br|a)\b)")


class Reader(HTMLParser):
    """Reads one answer; raises AssertionError where it leaves the closed list."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""
        self.commands: list[str] = []
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        assert len(values) == len(attrs), f"an attribute twice: {attrs}"
        if tag == "br":
            assert not attrs
            self.text += "\n"
            return
        assert tag in {"span", "a"}, tag
        assert not (tag == "a" and "a" in self.open), "a link in a link"
        self.open.append(tag)
        if tag == "span":
            assert values.keys() <= {"class", "style"}, attrs
            classes = values["class"] or ""
            assert all(CLASS.fullmatch(name) for name in classes.split()), classes
            assert STYLE.fullmatch(values.get("style") or ""), values
            return
        assert values.keys() <= {"id", "class", "href", "target", "rel", "onclick"}, attrs
        href = values["href"] or ""
        if "onclick" in values:
            assert href == "#"
            handler = HANDLER.fullmatch(values["onclick"] or "")
            assert handler, values
            self.commands.append(json.loads(handler[1]))
        else:
            scheme = SCHEME.match(href)
            assert not scheme or scheme[1].lower() in {"http", "https", "ftp", "mailto"}, href
            self.hrefs.append(href)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    """Return what is in ``html``, which must keep to the closed list."""
    assert not CONTROL.search(html), f"control character in {html!r}"
    assert not BROKEN.search(html), f"unescaped character in {html!r}"
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, f"unclosed {reader.open} in {html!r}"
    return reader


def visible(html: str) -> str:
    """Return the visible text of ``html`` without control sequences and control characters.

    Raises AssertionError where there is no telling: a browser would mend the tags, or one stands in
    a sequence.
    """
    pieces = re.split(r"(<[^<>]*>)", html)
    pieces[::2] = [escape(SEQUENCE.sub("", unescape(piece)), quote=False) for piece in pieces[::2]]
    assert not any(UNFINISHED.search(piece) for piece in pieces[::2]), "a sequence torn by a tag"
    return read(CONTROL.sub("", "".join(pieces))).text
