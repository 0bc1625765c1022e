"""A game of one's own: everybody rolls the same dice.

mudwire serve --game docs/examples/dice.py:Dice
"""

from random import randint

from mudwire.game import Game, literal


class Dice(Game):
    """One table, any number of players."""

    title = "Dice"

    def at_connect(self, session):
        """Greet a player; a browser that was here before is still logged in."""
        if session.logged_in:
            session.msg(f"Welcome back, |c{literal(session.uid)}|n. |lcroll|ltRoll|le the dice!")
        else:
            session.msg("Who are you?", prompt="name> ")

    def at_text(self, session, text):
        """Take a name first, then commands."""
        if not session.logged_in:
            session.log_in(text.strip()[:20] or "Nobody")
        elif text.strip() == "roll":
            dice = randint(1, 6), randint(1, 6)
            for other in self.sessions:
                other.msg(f"|c{literal(session.uid)}|n rolls |y{dice[0]}|n and |y{dice[1]}|n.")
                other.msg(dice={"who": session.uid, "rolled": dice})
        elif text.strip() == "quit":
            session.disconnect("Come again.")
        else:
            session.msg("You can |lcroll|ltroll|le or |lcquit|ltquit|le.")

    def at_login(self, session):
        """Welcome a player whose login is kept, even if the process is killed."""
        session.msg(f"Hello, |c{literal(session.uid)}|n. |lcroll|ltRoll|le the dice!", prompt="> ")
