"""When Python looks for garbage: never while something big grows, nor later in what has grown."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def settling() -> Iterator[None]:
    """For making what will stay. To look through all of a big book for garbage takes longer than a page does."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
