"""Reads what was made to take long, in a process whose processor time is limited.

``python -m tests.trust.slow markdown SIZE`` gives every pattern of :mod:`tests.trust.hostile` two seconds: what is
refused is refused in that time, what is accepted is rendered in it. ``… reader NAME PATH`` reads standard input as the
file PATH.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys

#: Seconds of processor time: what SECURITY.md promises for a file of a megabyte.
PROMISED = 2


def _limit(seconds: int) -> None:
    """From now on; the process is killed when it has used them."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))


def _markdown(size: int) -> None:
    from statusbook import frontmatter, markdown, pagefile
    from statusbook.model import Kind, Surroundings
    from statusbook.sources import Source

    from ..book import translation
    from .hostile import slow_texts

    path, shown = "content/4xx/404.en.md", 0
    for name, body in slow_texts(size):
        print(name, flush=True)  # noqa: T201 - the last line printed names the pattern that took too long
        child = os.fork()
        if not child:
            resource.setrlimit(resource.RLIMIT_CPU, (PROMISED, PROMISED))
            source = Source.of(path, translation(body=f"## Meaning\n\n{body}").encode())
            file = pagefile.read(source, Kind.CODE, translated=True, sections={"Meaning": "meaning"})
            if file.text:
                around = Surroundings({}, {}, "Table", "en")
                markdown.render(file.text, frontmatter.body_of(source, file.text.line), around)
            os._exit(10 if file.text else 0)
        status = os.waitpid(child, 0)[1]
        if not os.WIFEXITED(status) or os.WEXITSTATUS(status) not in (0, 10):
            sys.exit(f"{name}: took more than {PROMISED} s of processor time, or failed")
        shown += os.WEXITSTATUS(status) == 10
    if size < 64_000 and shown < 12:
        sys.exit("the patterns have to reach the renderer to try it")


def _reader(name: str, path: str) -> None:
    from statusbook.problems import BadInput
    from statusbook.sources import LARGEST, Source

    from .readers import READERS

    data = sys.stdin.buffer.read()
    if len(data) > LARGEST:
        sys.exit("larger than anything that is read")
    _limit(PROMISED)
    with contextlib.suppress(BadInput):
        READERS[name][1](Source.of(path, data))


if __name__ == "__main__":
    if sys.argv[1] == "markdown":
        _markdown(int(sys.argv[2]))
    else:
        _reader(*sys.argv[2:])
