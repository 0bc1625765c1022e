"""``v1.evennia.com``: JSON arrays ``["name", [args], {kwargs}]`` in text frames, text as HTML."""

from __future__ import annotations

import json
from typing import Any

from mudwire.markup import parse_html

Frame = tuple[bytes, bool]


class EvenniaV1Format:
    """The wire format of Evennia's own webclient."""

    name = "v1.evennia.com"
    supports_oob = True

    def decode_incoming(
        self, payload: bytes, is_binary: bool, protocol_flags: dict[str, Any] | None = None
    ) -> dict[str, Any] | None:
        try:
            command = json.loads(payload)
        except ValueError:
            return None
        if isinstance(command, list) and len(command) >= 3 and isinstance(command[0], str):
            return {command[0]: [command[1], command[2]]}
        return None

    def encode_text(
        self, *args: Any, protocol_flags: dict[str, Any] | None = None, **kwargs: Any
    ) -> Frame | None:
        if not args or args[0] is None:
            return None
        flags = protocol_flags or {}
        options = kwargs.pop("options", None) or {}
        nocolor = bool(options.get("nocolor", flags.get("NOCOLOR", False)))
        name = "prompt" if options.get("send_prompt") else "text"
        html = parse_html(str(args[0]), nocolor)
        return json.dumps([name, [html, *args[1:]], kwargs]).encode(), False

    def encode_prompt(
        self, *args: Any, protocol_flags: dict[str, Any] | None = None, **kwargs: Any
    ) -> Frame | None:
        kwargs["options"] = {**(kwargs.get("options") or {}), "send_prompt": True}
        return self.encode_text(*args, protocol_flags=protocol_flags, **kwargs)

    def encode_default(
        self, cmdname: str, *args: Any, protocol_flags: dict[str, Any] | None = None, **kwargs: Any
    ) -> Frame | None:
        if cmdname == "options":
            return None
        return json.dumps([cmdname, args, kwargs]).encode(), False
