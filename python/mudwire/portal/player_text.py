"""What a player types, as other players may see it: one line that draws nothing over others."""

from __future__ import annotations

import re
import unicodedata

MAX_LINE = 1000
"""The number of characters that are read of a line; the rest is cut off."""

MAX_MARKS = 3
"""Combining marks on one character. Spelling needs no more; a stack of them covers other lines."""

# Letters and symbols that show as a blank: Hangul fillers and the empty Braille pattern.
_BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")

_DOUBLE_QUOTE = re.compile(
    '["\u00ab\u00bb\u02ba\u02dd\u02ee\u02f6\u030b\u030e\u05f4\u1cd3\u201c-\u201f\u2033\u2034'
    "\u2036\u2037\u2057\u275d\u275e\u2760\u2e42\u3003\u301d-\u301f\uff02\U0001f676-\U0001f678]"
    # Two single ones look like a double one.
    "|['`\u00b4\u02b9\u02bb-\u02bd\u02ca\u02cb\u2018-\u201b\u2032\u2035\u275b\u275c\ua78c"
    "\uff07\uff40]{2,}"
)


def plain_line(text: str) -> str:
    """Return a player's text as one line.

    * Runs of blanks, tabs and line ends become one space, and so do characters that look like a
      blank. With many of them a player could move a text to the beginning of a row.
    * Control and format characters (Unicode category Cf: bidirectional overrides, zero widths)
      are removed, because they reverse or hide the text beside them.
    * A character keeps ``MAX_MARKS`` combining marks. A mark without a character is removed.

    Everything else stays. Wide characters and box drawing can look like the edge of a window,
    but only inside the row of the player who typed them.

    Args:
        text: Any text.

    """
    text = text[:MAX_LINE]
    if not text.isprintable():
        text = "".join(char for char in text if char.isprintable() or char.isspace())
    if not text.isascii():
        text = _without_stacks(_BLANK.sub(" ", text))
    return " ".join(text.split())


def _without_stacks(text: str) -> str:
    marks = {char for char in set(text) if unicodedata.category(char)[0] == "M"}
    if not marks:
        return text
    kept = []
    count = MAX_MARKS  # a mark at the beginning has no character
    for char in text:
        if char not in marks:
            count = MAX_MARKS if char.isspace() else 0
        elif count == MAX_MARKS:
            continue
        else:
            count += 1
        kept.append(char)
    return "".join(kept)


def without_double_quotes(line: str) -> str:
    """Return a line with single quotation marks in place of double ones.

    What somebody says stands in double quotation marks. If nobody else can write them, no part
    of a line looks like another player's speech, however it wraps and whoever reads it.

    Args:
        line: A line of ``plain_line``.

    """
    return _DOUBLE_QUOTE.sub("'", line)
