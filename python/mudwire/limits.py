"""The limits of a connection: one table for the protocol, the command line and the documentation.

A limit is a class attribute (``attribute``) of the protocol, or of the portal's HTTP channel if it
concerns HTTP alone. A game changes a limit of the protocol in a subclass; 0 switches it off. A
client that exceeds a limit loses its own connection, or the messages in excess; other clients are
not affected. The log names the limit.
"""

from __future__ import annotations

from dataclasses import dataclass

from twisted.internet.abstract import FileDescriptor

from mudwire._native import MAX_INTEGER_DIGITS, MAX_JSON_DEPTH

__all__ = [
    "FIXED_LIMITS",
    "HTTP_LIMITS",
    "LIMITS",
    "FixedLimit",
    "HttpLimits",
    "Limit",
    "Limits",
]


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit.

    Attributes:
        name: The name of the limit and of its option (``--max-queue-bytes``).
        attribute: The class attribute; Autobahn's where Autobahn has one.
        default: The default value; 0 for off, None for one that ``auto`` describes.
        unit: The unit of the value.
        close_code: The code that the client sees: a close code (RFC 6455, section 7.4; 1006 means
            that the connection is cut without a close frame), or the HTTP status before the
            handshake is done. None if the connection stays open.
        what: The limited quantity.
        protects: The purpose of the limit.
        log: The text of the line in the log; None without one.
        auto: Where the value comes from if nobody gives one; None if the default is a number.

    """

    name: str
    attribute: str
    default: float | None
    unit: str
    close_code: int | None
    what: str
    protects: str
    log: str | None
    auto: str | None = None

    @property
    def whole(self) -> bool:
        """Whether the value is a whole number; only seconds may have fractions."""
        return self.unit != "seconds"


@dataclass(frozen=True, slots=True)
class FixedLimit:
    """A limit that no option changes.

    Attributes:
        name: The name of the limit in the documents.
        value: Its value.
        unit: The unit of the value.
        what: The limited quantity.
        protects: The purpose of the limit.

    """

    name: str
    value: int
    unit: str
    what: str
    protects: str


LIMITS: dict[str, Limit] = {
    limit.name: limit
    for limit in (
        Limit(
            name="max_connections",
            attribute="max_connections",
            default=None,
            auto="from the limit of file descriptors",
            unit="connections",
            close_code=503,
            what="most websockets at once; where all are taken, "
            "one that is not logged in gives way to a newcomer",
            protects="the file descriptors of the process",
            log="max_connections is reached",
        ),
        Limit(
            name="max_connections_per_address",
            attribute="max_connections_per_address",
            default=200,
            unit="connections",
            close_code=429,
            what="most websockets at once of an address (IPv6: of a /64)",
            protects="the places of other players from one address",
            log="more websockets than max_connections_per_address",
        ),
        Limit(
            name="max_handshake_rate",
            attribute="max_handshake_rate",
            default=10,
            unit="handshakes per second",
            close_code=429,
            what="most websocket handshakes of an address (IPv6: of a /64) in a second; "
            "those of ten seconds may come at once; ten times as many connections are accepted",
            protects="the processor from a client that connects again and again",
            log="more handshakes than max_handshake_rate",
        ),
        Limit(
            name="login_timeout",
            attribute="login_timeout",
            default=None,
            auto="as the game asks",
            unit="seconds",
            close_code=1008,
            what="longest wait for a session to log in",
            protects="the places of players from clients that never log in",
            log="not logged in within login_timeout",
        ),
        Limit(
            name="open_handshake_timeout",
            attribute="openHandshakeTimeout",
            default=5,
            unit="seconds",
            close_code=1006,
            what="longest wait for the whole request of a new connection",
            protects="file descriptors from clients that connect and send nothing",
            log="WebSocket opening handshake timeout",
        ),
        Limit(
            name="max_handshake_bytes",
            attribute="max_handshake_bytes",
            default=16 * 1024,
            unit="bytes",
            close_code=431,
            what="longest header of a request",
            protects="memory from an endless request header",
            log="request header longer than max_handshake_bytes",
        ),
        Limit(
            name="max_message_bytes",
            attribute="max_message_bytes",
            default=1024 * 1024,
            unit="bytes",
            close_code=1009,
            what="longest message of a client",
            protects="memory from one huge message of a client",
            log="message longer than max_message_bytes",
        ),
        Limit(
            name="max_queue_bytes",
            attribute="max_queue_bytes",
            default=4 * 1024 * 1024,
            unit="bytes",
            close_code=1006,
            what="most data that waits for a client to read it",
            protects="memory from a client that reads slower than the game writes",
            log="reads too slowly: more than max_queue_bytes wait",
        ),
        Limit(
            name="max_held_bytes",
            attribute="max_held_bytes",
            default=64 * 1024 * 1024,
            unit="bytes",
            close_code=1006,
            what="most bytes that the process holds for all clients together: half-read messages, "
            "unread output, requests; over it, those who hold most are cut",
            protects="memory from a crowd",
            log="cut, because it held most when the process held more than max_held_bytes",
        ),
        Limit(
            name="max_byte_rate",
            attribute="max_byte_rate",
            default=96 * 1024,
            unit="bytes per second",
            close_code=None,
            what="bytes that a client may send in a second; each frame, and each segment of the "
            "network, counts as 256 more",
            protects="the processor from a client that sends without end",
            log=None,
        ),
        Limit(
            name="max_byte_burst",
            attribute="max_byte_burst",
            default=1024 * 1024,
            unit="bytes",
            close_code=None,
            what="bytes at once, before max_byte_rate slows the client",
            protects="the processor from a client that sends without end",
            log=None,
        ),
        Limit(
            name="max_message_rate",
            attribute="max_message_rate",
            default=160,
            unit="messages per second",
            close_code=None,
            what="messages that a client may send in a second",
            protects="the game from a player who floods it",
            log=None,
        ),
        Limit(
            name="max_message_burst",
            attribute="max_message_burst",
            default=400,
            unit="messages",
            close_code=None,
            what="messages at once, before max_message_rate slows the client",
            protects="the game from a player who floods it",
            log=None,
        ),
        Limit(
            name="max_control_rate",
            attribute="max_control_rate",
            default=20,
            unit="frames per second",
            close_code=None,
            what="control frames (pings, pongs) that a client may send in a second",
            protects="the processor from a client that sends pings without end",
            log=None,
        ),
        Limit(
            name="max_control_burst",
            attribute="max_control_burst",
            default=40,
            unit="frames",
            close_code=None,
            what="control frames at once, before max_control_rate slows the client",
            protects="the processor from a client that sends pings without end",
            log=None,
        ),
        Limit(
            name="stranger_percent",
            attribute="stranger_percent",
            default=25,
            unit="percent",
            close_code=None,
            what="the part of these rates and bursts that a client has before it is logged in",
            protects="the players from a crowd that never logs in",
            log=None,
        ),
        Limit(
            name="budget_timeout",
            attribute="budget_timeout",
            default=10,
            unit="seconds",
            close_code=1008,
            what="how long a client may go on sending faster than these rates",
            protects="the players from a client that floods and does not stop",
            log="sent more than its rates allow for budget_timeout",
        ),
        Limit(
            name="ping_interval",
            attribute="autoPingInterval",
            default=30,
            unit="seconds",
            close_code=None,
            what="time between pings of an open connection",
            protects="idle connections from the time limits of proxies",
            log=None,
        ),
        Limit(
            name="ping_timeout",
            attribute="autoPingTimeout",
            default=30,
            unit="seconds",
            close_code=1006,
            what="longest wait for the answer to a ping",
            protects="sessions from connections that died without a close frame",
            log="WebSocket ping timeout",
        ),
        Limit(
            name="close_handshake_timeout",
            attribute="closeHandshakeTimeout",
            default=5,
            unit="seconds",
            close_code=1006,
            what="longest wait for the answer to a close frame",
            protects="file descriptors from clients that do not answer a close frame",
            log="WebSocket closing handshake timeout",
        ),
        Limit(
            name="unclean_close_grace",
            attribute="unclean_close_grace",
            default=60,
            unit="seconds",
            close_code=None,
            what="how long a lost connection keeps its session for its player to return",
            protects="the game from sessions of players who lost their connection and stay away",
            log="did not come back within unclean_close_grace",
        ),
    )
}
"""Name -> limit of the protocol."""

HTTP_LIMITS: dict[str, Limit] = {
    limit.name: limit
    for limit in (
        Limit(
            name="max_pipelined_requests",
            attribute="max_pipelined_requests",
            default=1,
            unit="requests",
            close_code=None,
            what="most HTTP requests of a connection that one turn answers",
            protects="the players from a client that sends many requests at once",
            log=None,
        ),
        Limit(
            name="unread_answer_timeout",
            attribute="unread_answer_timeout",
            default=30,
            unit="seconds",
            close_code=1006,
            what="longest wait for a client to read its HTTP answers",
            protects="memory and file descriptors from clients that do not read HTTP answers",
            log="HTTP answers not read within unread_answer_timeout",
        ),
    )
}
"""Name -> limit of the HTTP side of ``mudwire serve``."""

FIXED_LIMITS: dict[str, FixedLimit] = {
    limit.name: limit
    for limit in (
        FixedLimit(
            name="max_json_depth",
            value=MAX_JSON_DEPTH,
            unit="levels",
            what="deepest nesting of arrays and objects in a command, in either direction",
            protects="the stack, because the JSON reader and writer call themselves at each level",
        ),
        FixedLimit(
            name="max_integer_digits",
            value=MAX_INTEGER_DIGITS,
            unit="digits",
            what="longest integer in a client's command",
            protects="the processor: reading the digits of an integer takes quadratic time",
        ),
        FixedLimit(
            name="max_http_output_bytes",
            value=FileDescriptor.bufferSize,
            unit="bytes",
            what="HTTP output that waits for a client to read it; "
            "over it, no more requests of the client are read or answered",
            protects="memory from a client that sends HTTP requests and does not read the answers",
        ),
        FixedLimit(
            name="max_browser_sessions",
            value=50_000,
            unit="sessions",
            what="browser sessions that `mudwire serve` keeps; a new one takes the place of the "
            "oldest",
            protects="memory and the file of sessions from clients that log in again and again",
        ),
        FixedLimit(
            name="max_cookie_tokens",
            value=10_000,
            unit="tokens",
            what="logins of the last minute whose pages have not fetched their new cookie; a new "
            "one takes the place of the oldest, whose page asks again",
            protects="memory from clients that log in and do not fetch their new cookie",
        ),
    )
}
"""Name -> fixed limit.

A client's message over a limit of JSON is dropped and counted. In an outgoing message the value
becomes null.
"""


class Limits:
    """The limits of the protocol as class attributes, each with its default."""

    autoPingInterval: float
    autoPingTimeout: float
    budget_timeout: float
    closeHandshakeTimeout: float
    login_timeout: float | None
    max_byte_burst: int
    max_byte_rate: int
    max_connections: int | None
    max_connections_per_address: int
    max_control_burst: int
    max_control_rate: int
    max_handshake_bytes: int
    max_handshake_rate: int
    max_held_bytes: int
    max_message_burst: int
    max_message_bytes: int
    max_message_rate: int
    max_queue_bytes: int
    openHandshakeTimeout: float
    stranger_percent: int
    unclean_close_grace: float


class HttpLimits:
    """The limits of HTTP alone as class attributes, each with its default."""

    max_pipelined_requests: int
    unread_answer_timeout: float


for _class, _limits in ((Limits, LIMITS), (HttpLimits, HTTP_LIMITS)):
    for _limit in _limits.values():
        setattr(_class, _limit.attribute, _limit.default)
