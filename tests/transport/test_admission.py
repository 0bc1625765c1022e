"""Who has a place, and who gives one up: in memory, on a clock of the test."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.logger import formatEvent, globalLogPublisher

from mudwire.limits import LIMITS, Limits
from mudwire.transport import admission as admission_module
from mudwire.transport.admission import (
    BURST_SECONDS,
    CONNECTIONS_PER_HANDSHAKE,
    EPISODE_SECONDS,
    MAX_EVICTED,
    Admission,
    Episode,
    Queue,
    Rates,
    descriptor_limit,
    kept_back,
)

NETWORKS = [None, "192.0.2.1", "192.0.2.2", "2001:db8::/64"]


class Visitor:
    """A connection that remembers what was done to it."""

    def __init__(self):
        self.logged_in = False
        self.is_evicted = False
        self.is_late = False

    def evict(self):
        assert not self.is_evicted
        self.is_evicted = True

    def end_late_login(self):
        self.is_late = True


def run_timers(clock):
    """Run the timers that are due, but as a reactor does: not those that they start."""
    calls, clock.calls = clock.calls, []
    for call in calls:
        call.func(*call.args, **call.kw)


def admission_of(clock=None, descriptors=0, **limits):
    limits = type("TestLimits", (Limits,), limits)
    return Admission(limits, clock or Clock(), descriptors)


def arrived(admission, network=None):
    """Return a visitor at the door, whom the reactor has given the time to send something."""
    visitor = Visitor()
    admission.enter(visitor, network)
    admission._clock.advance(0)
    return visitor


def websocket(admission, network=None):
    """Return a visitor with a finished handshake, and the limit that refused it, if any."""
    visitor = Visitor()
    admission.enter(visitor, network)
    return visitor, admission.admit(visitor, network)


def crowd(admission, size, network="192.0.2.1"):
    crowd = [websocket(admission, network) for _ in range(size)]
    assert all(limit is None for _, limit in crowd)
    return [visitor for visitor, _ in crowd]


# The limit of file descriptors.


@pytest.mark.parametrize(
    ("descriptors", "websockets", "connections"),
    [(0, 0, 0), (20, 1, 25), (256, 208, 232), (1024, 896, 960), (20_000, 17_500, 18_750)],
)
def test_without_max_connections_the_descriptors_decide(descriptors, websockets, connections):
    admission = admission_of(descriptors=descriptors)
    assert (admission.max_websockets, admission.max_connections) == (websockets, connections)


@pytest.mark.parametrize(
    ("given", "websockets", "connections"),
    [(0, 0, 0), (100, 100, 232), (208, 208, 232), (5000, 208, 232)],
)
def test_max_connections_is_at_most_what_the_descriptors_allow(given, websockets, connections):
    admission = admission_of(descriptors=256, max_connections=given)
    assert (admission.max_websockets, admission.max_connections) == (websockets, connections)


def test_more_websockets_than_the_descriptors_allow_is_a_warning():
    lines = []

    def observe(event):
        lines.append(formatEvent(event))

    globalLogPublisher.addObserver(observe)
    try:
        admission_of(descriptors=256, max_connections=208)
        assert not lines
        admission_of(descriptors=256, max_connections=1000)
    finally:
        globalLogPublisher.removeObserver(observe)
    [line] = lines
    assert "max_connections is 1000, but 256 file descriptors are enough for 208" in line


def test_the_descriptors_are_those_of_this_process():
    resource = pytest.importorskip("resource")
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    expected = 0 if soft == resource.RLIM_INFINITY else soft
    assert descriptor_limit() == Admission(Limits, Clock()).descriptors == expected


# Places.


def test_a_newcomer_gets_the_place_of_the_stranger_with_the_longest_wait():
    admission = admission_of(max_connections=3)
    first, second, third = crowd(admission, 3)
    fourth, limit = websocket(admission, "192.0.2.1")
    assert limit is None
    assert [one.is_evicted for one in (first, second, third, fourth)] == [True, False, False, False]


def test_the_address_with_the_most_strangers_gives_up_a_place():
    admission = admission_of(max_connections=50, max_handshake_rate=0)
    honest = [websocket(admission, f"192.0.2.{number}")[0] for number in range(10)]
    attackers = crowd(admission, 40, "203.0.113.9")
    for _ in range(200):
        attackers += crowd(admission, 1, "203.0.113.9")
    assert not any(one.is_evicted for one in honest)
    assert [one.is_evicted for one in attackers] == [True] * 200 + [False] * 40
    newcomer, limit = websocket(admission, "192.0.2.200")
    assert limit is None
    assert not newcomer.is_evicted


def test_connections_without_an_address_stand_alone():
    """A proxy that names no client stands for many players."""
    admission = admission_of(max_connections=20)
    players = crowd(admission, 15, None)
    attackers = crowd(admission, 5, "203.0.113.9")
    crowd(admission, 4, "203.0.113.9")
    assert not any(one.is_evicted for one in players)
    assert [one.is_evicted for one in attackers] == [True] * 4 + [False]


@pytest.mark.parametrize("is_known", [True, False], ids=["recognised", "logged in unheard"])
def test_a_player_never_loses_the_place(is_known):
    admission = admission_of(max_connections=100)
    players = crowd(admission, 100)
    for player in players:
        player.logged_in = True
        if is_known:
            admission.recognise(player)
    _, limit = websocket(admission)
    assert limit is LIMITS["max_connections"]
    assert limit.close_code == 503
    assert not any(one.is_evicted for one in players)
    assert admission.count_players() == 100


def test_a_player_who_leaves_makes_room():
    admission = admission_of(max_connections=1)
    [player] = crowd(admission, 1)
    admission.recognise(player)
    player.logged_in = True
    refused, limit = websocket(admission)
    assert limit is LIMITS["max_connections"]
    admission.leave(refused)
    admission.leave(player)
    assert websocket(admission)[1] is None


def test_silence_at_the_door_locks_nobody_out():
    admission = admission_of(descriptors=256)
    silent = [arrived(admission, "203.0.113.9") for _ in range(1000)]
    assert admission.count() == admission.max_connections == 232
    newcomer, limit = websocket(admission, "192.0.2.1")
    assert limit is None
    assert not newcomer.is_evicted
    assert sum(one.is_evicted for one in silent) == 1000 - 231


def test_the_door_does_not_take_the_places_of_websockets():
    admission = admission_of(descriptors=256)
    strangers = crowd(admission, 208, None)
    for _ in range(1000):
        arrived(admission, "203.0.113.9")
    assert not any(one.is_evicted for one in strangers)
    assert admission.count() == 232


def test_websockets_do_not_take_the_places_of_the_door():
    admission = admission_of(descriptors=256, max_connections_per_address=0, max_handshake_rate=0)
    waiting = [arrived(admission, "192.0.2.1") for _ in range(20)]
    crowd(admission, 1000, "203.0.113.9")
    assert not any(one.is_evicted for one in waiting)


def test_who_has_made_a_request_at_the_door_waits_from_then_on():
    admission = admission_of(descriptors=256)
    first, second = arrived(admission), arrived(admission)
    admission.answered(first)
    admission.answered(Visitor())  # one without a place gets none
    for _ in range(231):
        arrived(admission)
    assert (first.is_evicted, second.is_evicted) == (False, True)


def test_room_is_made_among_the_strangers_if_few_wait_at_the_door():
    """Without descriptors: the door is where the newcomers are."""
    admission = admission_of(descriptors=256, max_connections=0)
    [stranger] = crowd(admission, 1)
    newcomer = arrived(admission)
    assert admission.make_room()
    assert (stranger.is_evicted, newcomer.is_evicted) == (True, False)
    assert not admission.make_room()
    assert admission.make_room(has_waited=True)
    assert newcomer.is_evicted
    assert not admission.make_room(has_waited=True)


def test_nobody_gives_way_before_the_first_bytes_were_read():
    """The kernel hands many new connections over at once; then the reactor reads them."""
    clock = Clock()
    admission = admission_of(clock, descriptors=49)
    assert admission.max_connections == 25
    batch = []
    for _ in range(20):
        batch.append(Visitor())
        admission.enter(batch[-1], None)
    run_timers(clock)  # in the next iteration of the reactor, before it reads and accepts
    while admission.may_accept:
        batch.append(Visitor())
        admission.enter(batch[-1], None)
    assert len(batch) == 25
    assert not admission.make_room()
    run_timers(clock)
    assert admission.may_accept
    for _ in range(20):
        assert admission.make_room(has_waited=True)
    assert not admission.make_room(has_waited=True)
    assert [one.is_evicted for one in batch] == [True] * 20 + [False] * 5
    run_timers(clock)
    assert admission.make_room(has_waited=True)


def test_accepting_waits_for_the_descriptors_of_the_evicted():
    admission = admission_of(max_connections=1)
    before = []
    for _ in range(MAX_EVICTED):
        assert admission.may_accept
        before += crowd(admission, 1, None)
    crowd(admission, 1, None)
    assert not admission.may_accept
    admission.leave(before[0])
    assert admission.may_accept


def test_who_has_left_is_forgotten():
    admission = admission_of(Clock(), max_connections=2, login_timeout=9)
    visitors = [*crowd(admission, 3), Visitor()]
    admission.enter(visitors[-1], "192.0.2.1")
    for visitor in visitors * 2:
        admission.leave(visitor)
    assert admission.count() == admission.count_players() == 0
    remembered = [
        value for name, value in vars(admission).items() if name not in ("_limits", "_clock")
    ]
    assert not any(visitor in gathered(remembered) for visitor in visitors)


def gathered(values):
    """Return everything that containers hold, and attributes of queues."""
    found = []
    for value in values:
        if isinstance(value, Queue):
            found += [*value.first(), *vars(value)["_counts"]]
        elif isinstance(value, (dict, set)):
            found += value
    return found


class PlacesModel:
    """An admission that takes random steps, beside lists of the connections with a place."""

    def __init__(self, descriptors):
        self.admission = admission_of(
            descriptors=descriptors, max_connections_per_address=0, max_handshake_rate=0
        )
        self.door, self.strangers, self.players = [], [], []

    def enter(self, _number, network):
        if self.admission.may_accept:
            visitor = Visitor()
            self.admission.enter(visitor, network)
            self.door.append(visitor)

    def iterate(self, _number, _network):
        run_timers(self.admission._clock)

    def handshake(self, number, network):
        if not self.door:
            return
        visitor = self.door.pop(number % len(self.door))
        limit = self.admission.admit(visitor, network)
        if limit is None:
            self.strangers.append(visitor)
            return
        assert limit is LIMITS["max_connections"]
        assert not self.strangers
        assert len(self.players) == self.admission.max_websockets
        self.admission.leave(visitor)

    def login(self, number, _network):
        if self.strangers:
            player = self.strangers.pop(number % len(self.strangers))
            player.logged_in = True
            self.players.append(player)
            if number % 2:  # the other half logs in without a word to the protocol
                self.admission.recognise(player)

    def leave(self, number, _network):
        groups = [group for group in (self.door, self.strangers, self.players) if group]
        if groups:
            group = groups[number % len(groups)]
            self.admission.leave(group.pop(number % len(group)))

    def answer(self, number, _network):
        if self.door:
            self.admission.answered(self.door[number % len(self.door)])

    def check(self):
        """Let the evicted leave, and compare."""
        for group in (self.door, self.strangers):
            for visitor in [one for one in group if one.is_evicted]:
                self.admission.leave(visitor)
                group.remove(visitor)
        websockets = len(self.strangers) + len(self.players)
        assert not any(one.is_evicted for one in self.players)
        assert self.admission.count() == len(self.door) + websockets
        assert self.admission.count() <= self.admission.max_connections
        assert websockets <= self.admission.max_websockets


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "iterate", "handshake", "login", "leave", "answer"]),
        st.integers(0, 30),
        st.sampled_from(NETWORKS),
    ),
    max_size=200,
)


@given(STEPS, st.integers(49, 60))
def test_places_are_bounded_and_only_players_lock_a_newcomer_out(steps, descriptors):
    model = PlacesModel(descriptors)
    for step, number, network in steps:
        getattr(model, step)(number, network)
        model.check()


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.sampled_from(NETWORKS))))
def test_a_queue_counts_its_networks(steps):
    queue, model = Queue(), {}
    for adds, number, network in steps:
        if adds:
            queue.add(number, network)
            model.pop(number, None)
            model[number] = network
        else:
            assert queue.remove(number) == (number in model)
            model.pop(number, None)
        assert queue.first() == list(model)
        assert len(queue) == len(model)
        for one in NETWORKS[1:]:
            assert queue.count(one) == list(model.values()).count(one)
        most = max((queue.count(one) for one in model.values()), default=None)
        assert queue.candidate() == next(
            (one for one, network in model.items() if queue.count(network) == most), None
        )
    for number in list(model):
        queue.remove(number)
    assert not vars(queue)["_counts"]


# Limits of an address.


def test_an_address_has_at_most_max_connections_per_address():
    admission = admission_of(max_connections_per_address=3)
    first, *_ = crowd(admission, 3, "192.0.2.1")
    assert websocket(admission, "192.0.2.1")[1] is LIMITS["max_connections_per_address"]
    crowd(admission, 3, "192.0.2.2")
    crowd(admission, 100, None)
    admission.leave(first)
    crowd(admission, 1, "192.0.2.1")


def test_an_address_makes_at_most_max_handshake_rate():
    clock = Clock()
    admission = admission_of(clock, max_handshake_rate=2)
    crowd(admission, 2 * BURST_SECONDS, "192.0.2.1")
    for _ in range(5):
        assert websocket(admission, "192.0.2.1")[1] is LIMITS["max_handshake_rate"]
    crowd(admission, 1, "192.0.2.2")
    crowd(admission, 100, None)
    clock.advance(0.5)
    crowd(admission, 1, "192.0.2.1")
    assert websocket(admission, "192.0.2.1")[1] is LIMITS["max_handshake_rate"]
    clock.advance(BURST_SECONDS)
    crowd(admission, 2 * BURST_SECONDS, "192.0.2.1")


def test_an_address_connects_at_most_ten_times_as_often():
    admission = admission_of(max_handshake_rate=1)
    for _ in range(BURST_SECONDS * CONNECTIONS_PER_HANDSHAKE):
        assert admission.may_connect("192.0.2.1")
    assert not admission.may_connect("192.0.2.1")
    assert admission.may_connect("192.0.2.2")
    assert all(admission.may_connect(None) for _ in range(1000))


def test_all_limits_can_be_switched_off():
    admission = admission_of(
        descriptors=256,
        max_connections=0,
        max_connections_per_address=0,
        max_handshake_rate=0,
        login_timeout=0,
    )
    assert all(admission.may_connect("192.0.2.1") for _ in range(5000))
    visitors = crowd(admission, 5000)
    assert not any(one.is_evicted for one in visitors)


@pytest.mark.parametrize(
    "networks",
    [
        ["192.0.2.1"] * 50,
        ["192.0.2.1"] * 24,
        [f"10.0.{number // 250}.{number % 250}" for number in range(1000)],
        [None] * 1000,
    ],
    ids=["50 players of an address", "two dozen tabs", "1000 addresses", "a proxy"],
)
def test_everybody_returns_at_once_after_a_restart(networks):
    """At the default limits. A browser fetches the page over six connections."""
    admission = admission_of(descriptors=4096)
    pages = []
    for network in networks:
        for _ in range(6):
            assert admission.may_connect(network)
            pages.append(Visitor())
            admission.enter(pages[-1], network)
            if len(pages) > 100:
                admission.leave(pages.pop(0))
    for network in networks:
        assert admission.may_connect(network)
        crowd(admission, 1, network)
    assert not any(one.is_evicted for one in pages)


# Rates.

WAITS = st.lists(st.tuples(st.floats(0, 3), st.sampled_from("ab")), max_size=150)


@given(WAITS, st.integers(1, 4))
def test_no_time_has_more_than_the_rate_and_a_burst(waits, rate):
    clock = Clock()
    rates = Rates(clock.seconds)
    taken = {"a": [], "b": []}
    for wait, network in waits:
        clock.advance(wait)
        if rates.take(network, rate):
            taken[network].append(clock.seconds())
    for times in taken.values():
        for first in range(len(times)):
            for last in range(first, len(times)):
                most = rate * (BURST_SECONDS + times[last] - times[first]) + 0.1
                assert last - first + 1 <= most


@given(st.lists(st.floats(0, 3), max_size=100), st.integers(1, 4))
def test_who_keeps_to_the_rate_is_never_refused(waits, rate):
    clock = Clock()
    rates = Rates(clock.seconds)
    for wait in waits:
        clock.advance(1 / rate + wait)
        assert rates.take("a", rate)


def test_a_rested_network_is_forgotten():
    clock = Clock()
    rates = Rates(clock.seconds)
    for number in range(100):
        rates.take(str(number), 10)
    assert len(rates) == 100
    clock.advance(0.2)
    for _ in range(51):
        rates.take("again", 10)
    assert len(rates) == 1


def test_the_networks_that_are_remembered_have_a_bound(monkeypatch):
    monkeypatch.setattr(admission_module, "MAX_NETWORKS", 100)
    rates = Rates(Clock().seconds)
    for number in range(10_000):  # an attacker with a /32 of IPv6 has 4,294,967,296 of them
        rates.take(f"2001:db8:{number:x}::/64", 0.001)
        rates.take("busy", 1000)
        assert len(rates) <= 100
    assert not all(rates.take("busy", 1000) for _ in range(2)), "the busy one was forgotten"


# The login.


def test_a_session_that_does_not_log_in_is_ended():
    clock = Clock()
    admission = admission_of(clock, login_timeout=300)
    first, *_ = crowd(admission, 1)
    clock.advance(100)
    second, third, fourth = crowd(admission, 3)
    admission.recognise(second)
    third.logged_in = True
    clock.advance(199)
    assert not first.is_late
    clock.advance(1)
    assert first.is_late
    assert not fourth.is_late
    clock.advance(100)
    assert [one.is_late for one in (first, second, third, fourth)] == [True, False, False, True]
    assert not clock.getDelayedCalls()
    fifth, *_ = crowd(admission, 1)
    clock.pump([60] * 5)
    assert fifth.is_late


def test_all_sessions_share_one_timer():
    clock = Clock()
    admission = admission_of(clock, login_timeout=300)
    visitors = crowd(admission, 100)
    clock.advance(0)
    assert len(clock.getDelayedCalls()) == 1
    for visitor in visitors:
        admission.leave(visitor)
    clock.advance(300)
    assert not clock.getDelayedCalls()
    assert not any(one.is_late for one in visitors)


def test_without_login_timeout_there_is_no_timer():
    clock = Clock()
    for timeout in (0, None):
        crowd(admission_of(clock, login_timeout=timeout), 1)
    clock.advance(0)
    assert not clock.getDelayedCalls()


# The log.


def test_an_episode_begins_after_a_quiet_time():
    clock = Clock()
    episode = Episode(clock.seconds)
    assert episode.begins()
    for _ in range(10):
        clock.advance(EPISODE_SECONDS)
        assert not episode.begins()
    clock.advance(EPISODE_SECONDS + 1)
    assert episode.begins()


def test_an_eighth_is_kept_back_and_48_at_least():
    assert [kept_back(limit) for limit in (0, 256, 384, 1024, 20_000)] == [48, 48, 48, 128, 2500]
