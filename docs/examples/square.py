"""A game of one's own: a square where everybody hears everybody, and no flood drowns the others.

mudwire serve --game docs/examples/square.py:Square
"""

from mudwire.game import Game, literal
from mudwire.room_budget import RoomBudget


class Square(Game):
    """One room; who connects is in it."""

    title = "Square"

    def __init__(self):
        """Make the room, and remember a budget for each player in it."""
        self.room = RoomBudget()
        self.speakers = {}

    def at_connect(self, session):
        """Let a player in."""
        self.speakers[session.sessid] = self.room.new_speaker()
        session.msg("You are in the square. What you type, all hear.", prompt="> ")
        if self.room.may_announce():
            self.tell_all(f"|cNumber {session.sessid}|n comes into the square.")

    def at_text(self, session, text):
        """Let all hear a line, if the room can hear one more."""

        def refuse(seconds):
            session.msg(f"|yThe square is too loud. Wait {seconds} s.|n")

        if self.speakers[session.sessid].may_say(text, refuse):
            self.tell_all(f"|cNumber {session.sessid}|n says, {literal(text)}")

    def at_disconnect(self, session):
        """Forget a player."""
        del self.speakers[session.sessid]

    def tell_all(self, text):
        """Send a text to every player."""
        for session in self.sessions:
            session.msg(text)
