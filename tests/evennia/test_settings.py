"""A wrong setting stops the Portal at its start, and the log names the setting."""

from __future__ import annotations

from harness.game import MUDWIRE, Game


def test_the_portal_does_not_start_and_logs_the_reason(release, template, tmp_path):
    game = Game.copy(release, template, tmp_path / "game", f"{MUDWIRE}UPSTREAM_IPS = ['here']\n")
    assert "Server started" not in game.launch()
    assert "settings.UPSTREAM_IPS: 'here' is not an upstream address" in game.log("portal")
