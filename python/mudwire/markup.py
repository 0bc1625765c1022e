"""Colour markup and ANSI, converted: Evennia's functions by their names and signatures."""

from mudwire._native import parse_ansi, parse_html

__all__ = ["parse_ansi", "parse_html"]
