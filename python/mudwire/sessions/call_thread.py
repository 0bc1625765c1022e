"""CallThread: a thread that makes calls that block, one after the other in their order."""

# Twisted is typed in parts:
# mypy: disable-error-code=no-untyped-call

from __future__ import annotations

from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable


class CallThread:
    """A thread for calls that block. It begins with the first call.

    The process does not wait for it at the end, because a call may hang as long as a disk does.

    Args:
        name: The name of the thread.
        reactor: The ``IReactorFromThreads`` in whose thread the answers arrive.

    """

    def __init__(self, name: str, reactor: Any) -> None:
        self._name = name
        self._reactor = reactor
        self._calls: SimpleQueue[tuple[Deferred[Any], Callable[..., Any], tuple[Any, ...]] | None]
        self._calls = SimpleQueue()
        self._thread: Thread | None = None

    def call(self, function: Callable[..., Any], *args: Any) -> Deferred[Any]:
        """Call a function in the thread, after all earlier calls.

        Args:
            function: The function.
            args: Its arguments.

        Returns:
            A Deferred that fires in the reactor's thread, with the answer or the error.

        """
        if self._thread is None:
            self._thread = Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        answer: Deferred[Any] = Deferred()
        self._calls.put((answer, function, args))
        return answer

    def stop(self) -> None:
        """End the thread after the calls that it has."""
        self._calls.put(None)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            answer, function, args = call
            try:
                result = function(*args)
            except Exception:
                self._reactor.callFromThread(answer.errback, Failure())
            else:
                self._reactor.callFromThread(answer.callback, result)
