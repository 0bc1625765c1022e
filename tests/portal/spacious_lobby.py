"""A lobby for tests that share it: what one test says does not use up the room of the next."""

from mudwire.portal.lobby import Lobby


class SpaciousLobby(Lobby):
    """A lobby whose room hears more than any test says."""

    room_rows = (100_000, 1000.0)
