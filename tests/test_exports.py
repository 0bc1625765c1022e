"""The public names exist, and the package loads no module earlier than needed."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import mudwire

PACKAGE = Path(mudwire.__file__).parent
# Modules that need Evennia are left out; tests/evennia imports them.
MODULES = [
    ".".join(["mudwire", *path.relative_to(PACKAGE).with_suffix("").parts])
    for path in sorted(PACKAGE.rglob("*.py"))
    if "__all__ = " in path.read_text(encoding="utf-8") and "evennia" not in path.parts
]


@pytest.mark.parametrize("name", MODULES)
def test_every_exported_name_exists(name: str) -> None:
    module = import_module(name.removesuffix(".__init__"))
    assert sorted(set(module.__all__)) == sorted(module.__all__)
    for exported in module.__all__:
        assert getattr(module, exported) is not None, exported


def test_a_wrong_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'parse_pdf'"):
        import_module("mudwire").parse_pdf  # noqa: B018


@pytest.mark.parametrize("name", ["Game", "Session", "WebClientProtocol", "WebSocketClient"])
def test_a_public_class_may_be_the_first_import(name: str) -> None:
    subprocess.run([sys.executable, "-c", f"from mudwire import {name}"], check=True)


def test_the_converters_do_not_import_twisted() -> None:
    code = "import mudwire, sys; mudwire.parse_html('|rx'); sys.exit('twisted' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
