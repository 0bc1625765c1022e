"""``install`` and ``uninstall``: Rust behind the methods of Evennia's own parsers."""

import pytest
from evennia.utils import ansi, text2html
from evennia.utils.ansi import ANSIString, parse_ansi, strip_ansi
from evennia.utils.evtable import EvTable
from evennia.utils.text2html import parse_html

import mudwire.evennia

TEXTS = [
    "",
    "plain",
    "|rred|n |500cube|[=m gray|#12ab34hex|n",
    "|lclook|ltlook|le",
    "\x1b[31mx\x1b[0m||r",
]
METHODS = [
    (ansi.ANSIParser, name)
    for name in ("parse_ansi", "strip_raw_codes", "strip_mxp", "strip_unsafe_tokens")
] + [(text2html.TextToHTMLparser, "parse")]


@pytest.fixture
def installed():
    mudwire.evennia.install()
    yield
    mudwire.evennia.uninstall()


def answers():
    return [
        [
            parse_html(text),
            parse_html(text, strip_ansi=True),
            parse_html(ANSIString(text)),
            parse_ansi(text),
            parse_ansi(text, xterm256=True, mxp=True, truecolor=True),
            strip_ansi(text),
            ansi.strip_raw_ansi(text),
            ansi.strip_mxp(text),
            ansi.strip_unsafe_tokens(text),
            ANSIString(text).raw(),
            ANSIString(text).clean(),
            ANSIString(text)[2:5].raw(),
        ]
        for text in TEXTS
    ]


def test_install_keeps_the_answers():
    before = answers()
    mudwire.evennia.install()
    try:
        assert answers() == before
    finally:
        mudwire.evennia.uninstall()


def test_install_keeps_the_text_of_a_table():
    def table():
        return str(EvTable("|wname|n", "|=mvalue|n", table=[["|rone", "two|n"], ["|500a|n", "b"]]))

    before = table()
    mudwire.evennia.install()
    try:
        assert table() == before
    finally:
        mudwire.evennia.uninstall()


def test_nothing_is_replaced_before_install():
    for parser, name in METHODS:
        assert getattr(parser, name).__module__ == parser.__module__


def test_install_replaces_every_method(installed):
    for parser, name in METHODS:
        assert getattr(parser, name).__module__ == "mudwire.evennia.parsers"


def test_uninstall_restores_the_methods():
    before = [getattr(*method) for method in METHODS]
    mudwire.evennia.install()
    mudwire.evennia.install()
    mudwire.evennia.uninstall()
    assert [getattr(*method) for method in METHODS] == before
    mudwire.evennia.uninstall()


def test_a_derived_parser_keeps_its_markup(installed):
    class Shouting(ansi.ANSIParser):
        def sub_ansi(self, match):
            return match.group().upper()

    assert parse_ansi("|rx", parser=Shouting()) == "|Rx"
    assert strip_ansi("|rx", parser=Shouting()) == "|Rx"


def test_a_changed_parser_keeps_its_tab_stop(installed):
    parser = text2html.TextToHTMLparser()
    parser.tabstop = 2
    assert parser.parse("a\tb") == "a  b"
