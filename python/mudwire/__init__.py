"""The websocket webclient protocol of text games, in Rust."""

from mudwire.markup import parse_ansi, parse_html

__all__ = ["parse_ansi", "parse_html"]
