"""Random text through Evennia's functions and mudwire's, side by side in one process.

There are two grammars. The first makes no text of a wanted difference (docs/compatibility.md), and
both answers are the same to the byte. The second makes any text, and mudwire's HTML keeps to the
closed list.
"""

import json
import re

from evennia.utils import ansi, text2html
from hypothesis import example, given
from hypothesis import strategies as st

import mudwire.evennia
from html_closed_list import read
from mudwire import markup

try:
    from evennia.server.portal import wire_formats as upstream_formats
except ImportError:
    upstream_formats = None

ESC = "\x1b["
DIALECT = mudwire.evennia.dialect.dialect_of(ansi.ANSI_PARSER)

words = st.text(
    st.characters(
        codec="utf-8", categories=["L", "N", "Zs"], include_characters=".,!?()<>\"'-+~=#@"
    ),
    max_size=12,
)
escapes = st.sampled_from(["||", "||r", "{{", "\\\\", "||||n"])
spaces = st.sampled_from(["\t", "\n", "\r\n", "\r", "|/", "|-", "|>", "|_", " ", "  "])
letter_tokens = st.sampled_from("rgybmcwxRGYBMCWXhHnu^").map("|{}".format)
more_tokens = st.sampled_from("RGYBMCWX").flatmap(
    lambda letter: st.sampled_from([f"|!{letter}", f"|[{letter}", f"|[{letter.lower()}"])
)
digits = st.text("012345", min_size=3, max_size=3)
cube = st.builds("{}{}".format, st.sampled_from(["|", "|["]), digits)
gray = st.builds(
    "{}{}".format,
    st.sampled_from(["|=", "|[="]),
    st.characters(min_codepoint=97, max_codepoint=122),
)
sgr = st.one_of(
    st.sampled_from(["0", "1", "22", "4", "5", "1;5", *map(str, [*range(30, 38), *range(40, 48)])]),
    st.builds("{};5;{}".format, st.sampled_from(["38", "48"]), st.integers(16, 255)),
).map(f"{ESC}{{}}m".format)
palette = st.one_of(letter_tokens, more_tokens, cube, gray, sgr)
hex_digits = st.text("0123456789abcdefABCDEF", min_size=6, max_size=6)
true_color = st.builds("{}{}{}|n".format, st.sampled_from(["|#", "|[#"]), hex_digits, words)
name = st.text("abcdefgh ", min_size=1, max_size=8)
link = st.builds("|lc{}|lt{}|le".format, name, name)
inverse = st.builds("|n|*{}|n".format, words)
url = st.builds(" https://example.org/{} ".format, st.text("abc/?=_0", max_size=6))


def texts(*pieces):
    return st.lists(st.one_of(*pieces), max_size=12).map("".join)


# Upstream searches the HTML for URLs, so only words and colours may stand around one.
plain_territory = st.one_of(
    texts(words, escapes, spaces, palette, true_color.map("|n{}".format), link),
    texts(words, escapes, spaces, palette, inverse),
    st.builds("{}{}{}".format, texts(words, palette), url, texts(words, palette)),
)
everywhere = texts(
    words,
    escapes,
    spaces,
    palette,
    link,
    inverse,
    url,
    st.text(max_size=8),
    st.sampled_from("iIsSU*").map("|{}".format),
    hex_digits.map("|#{}".format),
    st.sampled_from(
        ["|lc", "|lu", "|lt", "|le", "\b", "\x1b", ESC, "&", "javascript:", "\x07", "\ud800"]
    ),
    st.text("0123456789;", max_size=9).map(f"{ESC}{{}}m".format),
)


def without_cache(function):
    """Clear upstream's cache before each call, because two texts may have the same key there."""

    def call(*args, **kwargs):
        ansi._PARSE_CACHE.clear()
        return function(*args, **kwargs)

    return call


@given(plain_territory, st.booleans())
def test_html_is_the_same(text, strip_ansi):
    expected = without_cache(text2html.parse_html)(text, strip_ansi)
    assert markup.parse_html(text, strip_ansi, dialect=DIALECT) == expected


@given(plain_territory, st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_ansi_is_the_same(text, strip_ansi, xterm256, mxp, truecolor):
    options = {"strip_ansi": strip_ansi, "xterm256": xterm256, "mxp": mxp, "truecolor": truecolor}
    expected = without_cache(ansi.parse_ansi)(text, **options)
    assert markup.parse_ansi(text, **options, dialect=DIALECT) == expected


@given(plain_territory)
def test_functions_of_one_text_answer_alike(text):
    for name in ("strip_ansi", "strip_raw_ansi", "strip_mxp", "strip_unsafe_tokens", "raw"):
        assert getattr(markup, name)(text) == getattr(ansi, name)(text), name


@given(plain_territory, st.booleans())
def test_an_ansistring_converts_alike(text, strip_ansi):
    string = ansi.ANSIString(text)
    expected = without_cache(text2html.parse_html)(string, strip_ansi)
    assert markup.parse_html(string, strip_ansi, dialect=DIALECT) == expected


@given(everywhere, st.booleans())
@example("|*|#ff0000x|[#00ff00y", False)
def test_html_keeps_to_the_closed_list(text, strip_ansi):
    read(markup.parse_html(text, strip_ansi, dialect=DIALECT))


@given(everywhere)
def test_every_text_converts(text):
    markup.parse_ansi(text, xterm256=True, mxp=True, truecolor=True, dialect=DIALECT).encode()
    markup.parse_ansi(text, strip_ansi=True, dialect=DIALECT).encode()


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=8,
)
options = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("raw", "client_raw", "nocolor", "send_prompt"), st.booleans()),
)
flags = st.fixed_dictionaries({}, optional=dict.fromkeys(("RAW", "NOCOLOR"), st.booleans()))

if upstream_formats is not None:
    formats = st.sampled_from(sorted(upstream_formats.WIRE_FORMATS))

    @given(formats, plain_territory, st.dictionaries(name, json_values, max_size=2), options, flags)
    def test_the_text_of_a_format_is_the_same(subprotocol, text, kwargs, options, flags):
        # D14: the text must not end in a bar.
        text += "."
        answers = [
            without_cache(codec.encode_text)(
                text, protocol_flags=flags, options=dict(options), **kwargs
            )
            for codec in codecs(subprotocol)
        ]
        assert value_of(answers[1]) == value_of(answers[0])

    @given(
        formats,
        st.from_regex(r"[a-z]{1,6}(_[a-z]{1,6})?", fullmatch=True),
        st.lists(json_values, max_size=3),
        st.dictionaries(name, json_values, max_size=2),
    )
    def test_the_command_of_a_format_is_the_same(subprotocol, cmdname, args, kwargs):
        answers = [codec.encode_default(cmdname, *args, **kwargs) for codec in codecs(subprotocol)]
        assert value_of(answers[1]) == value_of(answers[0])

    def codecs(subprotocol):
        return (
            upstream_formats.WIRE_FORMATS[subprotocol],
            mudwire.evennia.WebSocketClient.wire_formats[subprotocol],
        )

    def value_of(answer):
        """Return the value of a message; JSON is compared by its value, in an envelope too."""
        if answer is None or answer[1]:
            return answer
        package, _, data = answer[0].decode().partition(" ")
        if re.fullmatch(r"[\w.]+", package):
            return package, data and json.loads(data)
        value = json.loads(answer[0])
        if isinstance(value, dict) and value["proto"] == "gmcp" and value["data"]:
            value["data"] = json.loads(value["data"])
        return value
