"""The public names: there, complete, and loaded no earlier than needed."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

MODULES = [
    "mudwire",
    "mudwire.connection",
    "mudwire.limits",
    "mudwire.markup",
    "mudwire.outbox",
    "mudwire.protocol",
    "mudwire.wire_formats",
]


@pytest.mark.parametrize("name", MODULES)
def test_every_exported_name_exists(name: str) -> None:
    module = import_module(name)
    assert sorted(set(module.__all__)) == sorted(module.__all__)
    for exported in module.__all__:
        assert getattr(module, exported) is not None, exported


def test_a_wrong_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'parse_bbcode'"):
        import_module("mudwire").parse_bbcode  # noqa: B018


def test_the_converters_bring_no_twisted() -> None:
    code = "import mudwire, sys; mudwire.parse_html('|rx'); sys.exit('twisted' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
