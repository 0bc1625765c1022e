"""What a room hears stays readable, and a quiet player is heard in a flood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from mudwire.room_budget import (
    COLUMNS,
    MAX_PENALTY,
    MAX_SILENCE,
    ROOM_ROWS,
    SPEAKER_ROWS,
    RoomBudget,
    rows_of,
)

LONG = "x" * 960


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def room(clock):
    return RoomBudget(seconds=clock.seconds)


class Talker:
    """A speaker that counts its rows and keeps its refusals."""

    def __init__(self, room, text="hi", every=0.0, after=0.0):
        self.speaker = room.new_speaker()
        self.text, self.every, self.due = text, every, after
        self.rows = self.tries = self.heard = 0
        self.refusals = []

    def talk(self):
        self.tries += 1
        said = self.speaker.may_say(self.text, self.refusals.append)
        self.heard += said
        self.rows += said * rows_of(self.text)
        return said

    def talk_if_due(self, now):
        while now >= self.due:
            self.talk()
            self.due += self.every


def run(clock, talkers, seconds, step=0.05):
    """Let the talkers talk whenever they are due; the first ones come first in each step."""
    for _ in range(round(seconds / step)):
        clock.advance(step)
        for talker in talkers:
            talker.talk_if_due(clock.seconds())


@pytest.mark.parametrize(
    ("text", "rows"),
    [("", 1), ("hi", 1), ("x" * (COLUMNS - 1), 1), ("x" * COLUMNS, 2), (LONG, 13), ("a\nb", 2)],
)
def test_the_rows_of_a_text(text, rows):
    assert rows_of(text) == rows


def test_one_speaker_has_a_burst_and_a_rate(room, clock):
    talker = Talker(room)
    while talker.talk():
        pass
    assert talker.heard == SPEAKER_ROWS[0]
    assert talker.refusals == [2]  # the refused line costs a row
    clock.advance(2)
    assert talker.talk()
    assert not talker.talk()


def test_a_long_line_costs_its_rows(room, clock):
    talker = Talker(room, LONG)
    assert talker.talk()
    clock.advance(rows_of(LONG) - SPEAKER_ROWS[0])
    assert not talker.talk()
    assert talker.refusals == [MAX_PENALTY + 1]
    clock.advance(MAX_PENALTY + 1)
    assert talker.talk()


def test_a_short_line_gets_between_long_ones(room, clock):
    long, short = Talker(room, LONG), Talker(room)
    while room.bucket.tokens(clock.seconds()) >= rows_of(LONG):
        room.may_announce()
    assert not long.talk()
    assert short.talk()


def test_a_text_longer_than_the_room_can_hear_at_once_is_heard_alone(room, clock):
    talker, other = Talker(room, "x" * COLUMNS * 100), Talker(room)
    assert talker.talk()
    assert not other.talk()
    clock.advance(MAX_SILENCE)
    assert other.talk()


def test_a_flood_gets_one_refusal_and_is_heard_when_it_has_waited(room, clock):
    talker = Talker(room)
    for _ in range(500):
        talker.talk()
        clock.advance(0.001)
    assert (talker.heard, len(talker.refusals)) == (SPEAKER_ROWS[0], 1)
    clock.advance(MAX_PENALTY + 1)
    assert talker.talk()


@pytest.mark.parametrize("text", ["hi", LONG])
@pytest.mark.parametrize("every", [0.05, 1.05])
def test_fifty_talkers_leave_the_room_readable(room, clock, text, every):
    """Those who say a row in 1.05 seconds keep to their rate, so they share the whole room."""
    talkers = [Talker(room, text, every, after=every * part / 50) for part in range(50)]
    run(clock, talkers, 120)
    rows = sum(talker.rows for talker in talkers)
    assert rows <= ROOM_ROWS[0] + MAX_SILENCE + 120 * ROOM_ROWS[1]
    if every > 1 and text != LONG:
        assert rows >= 120 * ROOM_ROWS[1]
        heard = sorted(talker.heard for talker in talkers)
        assert heard[-1] - heard[0] <= 2
    assert max(len(talker.refusals) for talker in talkers) <= 120


@pytest.mark.parametrize("text", ["hi", LONG])
@pytest.mark.parametrize(("every", "pause"), [(0.05, 3), (0.05, 10), (1.05, 20), (14, 20)])
def test_a_quiet_player_is_heard_whatever_fifty_others_do(room, clock, text, every, pause):
    """Others who keep to the rate have the same right, so then a quiet player is less eager."""
    talkers = [Talker(room, text, every, after=20 + every * part / 50) for part in range(50)]
    quiet = Talker(room, "hello", every=pause, after=20 + pause)
    run(clock, [*talkers, quiet], 120)
    assert quiet.tries >= 4
    assert quiet.heard >= quiet.tries - 1


def test_a_quiet_player_is_heard_after_fifty_silent_players_talk_at_once(room, clock):
    sleepers = [Talker(room, LONG) for _ in range(50)]
    quiet = Talker(room, "hello")
    clock.advance(MAX_SILENCE)
    assert sum(sleeper.talk() for sleeper in sleepers) == 2
    assert all(len(sleeper.refusals) <= 1 for sleeper in sleepers)
    assert quiet.talk()


def test_a_newcomer_has_no_silence_to_spend(room, clock):
    """Otherwise a player could come in again and again, each time with a line that is heard."""
    while Talker(room).talk():
        pass
    clock.advance(0.2)
    assert not Talker(room).talk()


def test_announcements_leave_speakers_their_turn(room, clock):
    talker = Talker(room)
    clock.advance(5)
    announced = 0
    while room.may_announce():
        announced += 1
    assert announced == ROOM_ROWS[0]
    assert talker.talk()


@given(
    times=st.lists(
        st.tuples(st.integers(0, 9), st.floats(0, 5), st.integers(0, 1000)), max_size=200
    )
)
def test_no_more_is_heard_than_the_room_can_read(times):
    clock = Clock()
    room = RoomBudget(seconds=clock.seconds)
    talkers = [Talker(room) for _ in range(10)]
    for number, pause, length in times:
        clock.advance(pause)
        talkers[number].text = "x" * length
        talkers[number].talk()
    rows = sum(talker.rows for talker in talkers)
    most = ROOM_ROWS[0] + MAX_SILENCE + rows_of("x" * 1000)
    assert rows <= most + clock.seconds() * ROOM_ROWS[1]
