"""Kills builds: a program of its own, because it forks and a test run has threads.

``python -m tests.trust.killer FOLDER KILLS SEED`` makes a small project in FOLDER with two editions of one page. In
each round it begins to build the edition that does not stand, kills that build with SIGKILL at a moment drawn from
the seed, and requires that the site is exactly the old or exactly the new one; then a build that nobody kills has to
finish it and to leave nothing behind. Half of the moments are points in time, half are the build's own steps on the
disk: what takes microseconds is hit as often as what takes long. Prints what came out as JSON.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import signal
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from statusbook import pipeline
from statusbook.build import build

from ..book import code_page, write_project

PAGE = "content/4xx/404.md"
EDITIONS = tuple(
    code_page(404, see="[410, gone-or-missing]", body=f"## 含义\n\n{text}。") for text in ("旧的一版", "新的一版")
)
#: Audit events of a step on the disk: the publication is made of them.
STEPS = {"open", "os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir", "os.scandir", "ctypes.dlsym"}

Tree = dict[str, str]


class Killer:
    """A project whose builds are killed."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root, self.site, self.random = root, root / "site", random.Random(seed)
        write_project(root)
        new, old = self._whole(1), self._whole(0)
        self.trees, self.edition = (old, new), 0
        self.seconds = {whole: statistics.median(self._timed(whole) for _ in range(5)) for whole in (False, True)}
        self.steps = self._counted()

    def run(self, kills: int) -> dict[str, int]:
        """Rounds until ``kills`` builds have been killed: some are done before their moment comes."""
        outcomes: Counter[str] = Counter()
        while outcomes["killed"] < kills:
            number = outcomes["rounds"]
            new = 1 - self.edition
            self._write(new)
            if number % 2:
                killed = self._killed_at_step(self.random.randrange(self.steps))
            else:
                whole = number % 4 == 0
                seconds = self.random.random() * self.seconds[whole] * 1.1
                killed = self._killed_after(seconds, whole)
            stands = tree(self.site)
            assert stands in self.trees, f"round {number}: {self._strange(stands)}"
            outcomes.update({"rounds": 1, "killed": killed, "new": stands == self.trees[new]})
            self._next_build(new, number)
            self.edition = new
        return dict(outcomes)

    def _next_build(self, edition: int, number: int) -> None:
        build(self.root, self.site, jobs=1)
        assert tree(self.site) == self.trees[edition], f"round {number}: the next build is incomplete"
        left = [path.name for path in self.root.iterdir() if path.name.startswith((".site.new", ".site.old"))]
        left += [path.name for path in (self.root / ".cache").iterdir() if path.suffix == ".new"]
        assert not left, f"round {number}: left behind: {left}"

    def _whole(self, edition: int) -> Tree:
        self._write(edition)
        build(self.root, self.site, jobs=1)
        return tree(self.site)

    def _write(self, edition: int) -> None:
        (self.root / PAGE).write_text(EDITIONS[edition], "utf-8")

    def _strange(self, stands: Tree) -> str:
        near = min(self.trees, key=lambda whole: len(whole.items() ^ stands.items()))
        return f"neither old nor new: {sorted(near.items() ^ stands.items())[:4]}"

    # --- building in a process that can be killed ---------------------------------------------------

    def _start(self, whole: bool, prepare: Callable[[], None] = lambda: None) -> int:
        """Begin a build of the changed page or, with worker processes, of the ``whole`` site."""
        child = os.fork()
        if child:
            return child
        status = 1
        try:
            os.setpgid(0, 0)  # with its workers a group, so that what is left of them can be told
            prepare()
            pipeline.WORTH_FORKING = 4
            build(self.root, self.site, cache=not whole, jobs=2)
            status = 0
        finally:
            os._exit(status)

    def _timed(self, whole: bool) -> float:
        """Seconds that such a build takes."""
        self._write(1 - self.edition)
        started = time.perf_counter()
        assert os.waitpid(self._start(whole), 0)[1] == 0
        self.edition = 1 - self.edition
        return time.perf_counter() - started

    def _counted(self) -> int:
        """Steps on the disk that a build of an edited page has."""
        self._write(1 - self.edition)
        read, write = os.pipe()
        counter: Counter[str] = Counter()
        child = os.fork()
        if not child:
            sys.addaudithook(lambda event, _: counter.update([event] if event in STEPS else []))
            build(self.root, self.site, jobs=1)
            os.write(write, str(counter.total()).encode())
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        self.edition = 1 - self.edition
        os.close(write)
        with open(read) as pipe:
            return int(pipe.read())

    def _killed_after(self, seconds: float, whole: bool) -> bool:
        child = self._start(whole)
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            time.sleep(0.0005)
        os.kill(child, signal.SIGKILL)
        return self._ended(child)

    def _killed_at_step(self, number: int) -> bool:
        def prepare() -> None:
            left = number

            def hook(event: str, _: object) -> None:
                nonlocal left
                if event in STEPS:
                    left -= 1
                    if left < 0:
                        os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(hook)

        return self._ended(self._start(False, prepare))

    def _ended(self, child: int) -> bool:
        """Whether ``child`` was killed. Its workers have to follow it by themselves."""
        status = os.waitpid(child, 0)[1]
        assert os.WIFSIGNALED(status) or status == 0, "a build failed by itself"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                os.killpg(child, 0)
            except ProcessLookupError:
                return os.WIFSIGNALED(status)
            time.sleep(0.002)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        raise AssertionError("worker processes outlived their build")


def tree(folder: Path) -> Tree:
    """The SHA-256 of every file in ``folder`` by its path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


if __name__ == "__main__":
    print(json.dumps(Killer(Path(sys.argv[1]), int(sys.argv[3])).run(int(sys.argv[2]))))  # noqa: T201
