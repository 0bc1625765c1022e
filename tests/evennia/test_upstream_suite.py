"""Evennia's own tests pass with mudwire's class, codecs and functions instead of Evennia's."""

from __future__ import annotations

import re
import shutil

from harness.releases import INSIDE

LABELS = [
    "evennia.contrib.base_systems.godotwebsocket",
    "evennia.server.portal.tests.TestWebSocket",
    "evennia.utils.tests.test_ansi",
    "evennia.utils.tests.test_text2html",
]
LABELS_SINCE_6 = ["evennia.server.portal.test_wire_formats"]

INAPPLICABLE: dict[str, dict[str, str]] = {
    "5.0.1": {
        "evennia.server.portal.tests.TestWebSocket.test_data_out": (
            "expects the padded text of json.dumps, through sendLine"
        ),
    },
    "6.1.0": {
        "evennia.server.portal.test_wire_formats.TestWebSocketSubprotocolNegotiation"
        ".test_empty_subprotocols_setting": (
            "replaces a private function of Evennia's module; check_settings.py has the same test"
        ),
    },
}
"""By release: the tests that cannot pass with another implementation, with the reason."""


def test_evennias_own_tests_pass(release, template, tmp_path):
    game = shutil.copytree(template, tmp_path / "game")
    with (game / "server" / "conf" / "settings.py").open("a") as settings:
        settings.write(
            'TEST_RUNNER = "upstream_suite.Runner"\n'
            'DATABASES["default"]["TEST"] = {"MIGRATE": False}\n'
        )
    shutil.copy(INSIDE / "upstream_suite.py", game)
    labels = LABELS + (LABELS_SINCE_6 if release.has_wire_formats else [])
    ran = release.run(
        "evennia",
        "test",
        "--settings",
        "settings",
        *labels,
        cwd=game,
    )
    failed = set(re.findall(r"^(?:FAIL|ERROR): \w+ \((.+)\)$", ran.stdout, re.MULTILINE))
    [count] = re.findall(r"^Ran (\d+) tests", ran.stdout, re.MULTILINE) or [0]
    assert int(count) > 15, ran.stdout
    assert failed == INAPPLICABLE[release.version].keys(), ran.stdout
