"""Processes that work side by side, and never outlive the build that started them."""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar


@contextlib.contextmanager
def pool(count: int) -> Iterator[ProcessPoolExecutor]:
    """``count`` forked processes. Raises OSError when one of them is killed, as systems short of memory do.

    A parent that is killed cannot end its workers, which would wait for work for ever. So each of them listens at a
    pipe that only the parent holds open.
    """
    listen, hold = os.pipe()
    try:
        context: Any = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(count, mp_context=context, initializer=_follow, initargs=(listen, hold)) as workers:
            yield workers
    except BrokenProcessPool as error:
        raise OSError(errno.ECHILD, "a worker process was killed; try --jobs 1") from error
    finally:
        os.close(listen)
        os.close(hold)


T = TypeVar("T")
#: A function and its argument, which both can be sent to another process, as can what it returns.
Errand = tuple[Callable[[Any], Any], Any]


class Crew:
    """Processes for what has to be done first, and for errands that need not be waited for until the end.

    Errands are begun, in their order, behind what is done first; without anything to be done first, they are not.
    """

    def __init__(self, pool: ProcessPoolExecutor, count: int, errands: Iterable[Errand]) -> None:
        self._pool, self._count, self._errands = pool, count, errands
        self._begun: list[Future[Any]] = []

    def first(self, tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
        """What the ``tasks`` return, in order."""
        results = self._pool.map(_call, tasks, chunksize=max(1, min(16, len(tasks) // (self._count * 4))))
        self._begun += [self._pool.submit(task, argument) for task, argument in self._errands]
        return results

    def errands(self) -> Iterator[Any]:
        """What the errands have returned, in order; waits for it."""
        return (errand.result() for errand in self._begun)

    def cancel(self) -> None:
        """Drop the errands that nobody has begun with."""
        for errand in self._begun:
            errand.cancel()


@contextlib.contextmanager
def crew(count: int, errands: Iterable[Errand]) -> Iterator[Crew]:
    """A crew of ``count`` processes, which are forked when there is something to be done first."""
    with pool(count) as processes:
        found = Crew(processes, count, errands)
        try:
            yield found
        finally:
            found.cancel()


def _call(task: Callable[[], T]) -> T:
    return task()


def _follow(listen: int, hold: int) -> None:
    """End this process when its parent does."""
    os.close(hold)
    threading.Thread(target=_wait_for_end, args=(listen,), daemon=True).start()


def _wait_for_end(listen: int) -> None:
    os.read(listen, 1)  # nobody writes: it returns when the last who could is gone
    os._exit(1)
