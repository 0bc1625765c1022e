"""Evennia's own tests pass with mudwire's class, codecs and functions in the place of Evennia's."""

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
            "wants the padded text of json.dumps, through sendLine"
        ),
    },
    "6.1.0": {},
}
"""By release: the tests that cannot pass with another implementation, and why."""


def test_evennias_own_tests(release, template, tmp_path):
    game = shutil.copytree(template, tmp_path / "game")
    with (game / "server" / "conf" / "settings.py").open("a") as settings:
        settings.write(
            'TEST_RUNNER = "upstream_suite.Runner"\n'
            'DATABASES["default"]["TEST"] = {"MIGRATE": False}\n'
        )
    labels = LABELS + (LABELS_SINCE_6 if release.has_wire_formats else [])
    ran = release.run(
        "evennia",
        "test",
        "-v",
        "2",
        "--settings",
        "settings",
        *labels,
        cwd=game,
        PYTHONPATH=str(INSIDE),
    )
    outcomes = re.findall(
        r"^(\w+) \(([\w.]+)\).*?\.\.\. (\w+)$", ran.stdout, re.MULTILINE | re.DOTALL
    )
    failed = {test for _, test, outcome in outcomes if outcome != "ok"}
    assert len(outcomes) > 15, ran.stdout
    assert failed == INAPPLICABLE[release.version].keys(), ran.stdout
