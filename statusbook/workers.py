"""Processes that work side by side, and never outlive the build that started them."""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
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
_task: Callable[[int], Any] | None = None


def spread(task: Callable[[int], T], count: int, jobs: int) -> Iterator[T]:
    """``task`` of every number below ``count``, in order, done by ``jobs`` forked processes.

    They find the task and all that it works on where this process has it; only what it returns is sent.
    """
    global _task  # noqa: PLW0603 - what a forked process is to find has to be somewhere
    _task = task
    try:
        with pool(jobs) as workers:
            yield from workers.map(_do, range(count), chunksize=max(1, min(16, count // (jobs * 4))))
    finally:
        _task = None


def _do(number: int) -> Any:
    assert _task is not None
    return _task(number)


def _follow(listen: int, hold: int) -> None:
    """End this process when its parent does."""
    os.close(hold)
    threading.Thread(target=_wait_for_end, args=(listen,), daemon=True).start()


def _wait_for_end(listen: int) -> None:
    os.read(listen, 1)  # nobody writes: it returns when the last who could is gone
    os._exit(1)
