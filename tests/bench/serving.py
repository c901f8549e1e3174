"""``serve``: how long an edit takes to the new page served, and to the browser showing it.

Each edit leaves a mark in the page. *Served* is when a client that was told to reload has fetched a page with the mark;
*shown* is when the browser has painted a frame with it, by the clock of the page.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from . import corpus, projects
from .results import Figures, median, percentile

EDITS = 120
#: Times that the server is started.
STARTS = 5
#: Seconds between edits: an editor does not save while the page is still loading.
PAUSE = 0.15
PATIENCE = 20.0

#: In every page: tells when a frame has been painted, and which marks it shows. What is posted from a frame's callback
#: comes once its style, layout and paint are done.
_TELL = """
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const at = performance.timeOrigin + performance.now();
    const style = getComputedStyle(document.documentElement).getPropertyValue("--mark");
    painted([style, ...(document.documentElement.outerHTML.match(/mark-[0-9]+/g) ?? [])].join(" "), at);
  };
  const tell = () => requestAnimationFrame(() => port2.postMessage(0));
  addEventListener("DOMContentLoaded", () => {
    let last = "";
    const watch = () => {
      const now = getComputedStyle(document.documentElement).getPropertyValue("--mark");
      if (now !== last) port2.postMessage(0);
      last = now;
      requestAnimationFrame(watch);
    };
    watch();
    tell();
    const all = { subtree: true, childList: true, attributes: true, characterData: true };
    new MutationObserver(tell).observe(document.documentElement, all);
  });
"""


def handbook(folder: Path) -> Figures:
    project = projects.handbook(folder)
    projects.build(project)  # a warm cache
    return _measure(project, "handbook", "content/4xx/404.md", "404/", EDITS)


def generated(folder: Path, size: int) -> Figures:
    corpus.make(folder, size)
    projects.generator(folder)
    projects.build(folder)  # a warm cache
    name = "generated-000001"
    return _measure(folder, f"{size} pages", f"content/guides/{name}.md", f"guides/{name}/", EDITS)


#: Kinds of edit, by turns.
TURN = ("text", "title", "template", "text", "style sheet", "settings")


def _edits(project: Path, page: str) -> Iterator[tuple[str, Callable[[str], None]]]:
    """Edits of a page's text and of its title, of a template, a style sheet and the settings."""

    def replacing(path: str, old: str, new: str) -> Callable[[str], None]:
        original = (project / path).read_text("utf-8")
        assert old in original, (path, old)
        return lambda mark: _write(project / path, original.replace(old, new.replace("MARK", mark), 1))

    text = (project / page).read_text("utf-8")
    title = next(line for line in text.splitlines() if line.startswith("title: "))
    marks = {"text": "", "title": ""}

    def writing(kind: str, mark: str) -> None:
        marks[kind] = mark
        new = text.replace(title, f"{title} {marks['title']}".strip(), 1)
        _write(project / page, f"{new}\n\n{marks['text']}\n")

    kinds = {
        "text": partial(writing, "text"),
        "title": partial(writing, "title"),
        "template": replacing("templates/base.html", '<footer class="bottom">', '<footer class="bottom">MARK'),
        "style sheet": replacing("static/css/parts/tokens.css", ":root {", ":root { --mark: MARK;"),
        "settings": replacing("site.toml", 'zh = "', 'zh = "MARK '),
    }
    for kind in cycle(TURN):
        yield kind, kinds[kind]


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def _measure(project: Path, label: str, page: str, address: str, count: int) -> Figures:
    from ..test_serve import Served

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    first = median(_start(project, address) for _ in range(STARTS))
    served = Served(project, "127.0.0.1", 0, "--quiet").ready()
    try:
        with _screen(chromium, f"{served.url}{address}") as screen:
            found = _run(_edits(project, page), f"{served.url}{address}", served, screen, count)
    finally:
        served.stop()
    figures: Figures = {f"serve/{label}/first page s": first}
    print(f"\nserve, {label}: first page after {first:.2f} s")
    for kind in (*dict.fromkeys(TURN), "all"):
        for what, values in found.items():
            chosen = [value for each, value in values if kind in (each, "all")]
            if chosen:
                middle, worst = median(chosen), percentile(chosen, 0.95)
                figures |= {f"serve/{label}/{kind} {what} ms": middle, f"serve/{label}/{kind} {what} p95 ms": worst}
                print(f"{kind:<12} {what:<7} {len(chosen):>4} edits: median {middle:>6.0f} ms, p95 {worst:>6.0f} ms")
    return figures


def _start(project: Path, address: str) -> float:
    """Seconds from starting the server to its first page."""
    command = [sys.executable, "build.py", "serve", "--quiet", "--port", "0"]
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=project, env=projects.environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().split()[1]
            urllib.request.urlopen(f"{url}{address}").read()
            return time.perf_counter() - started
        finally:
            process.send_signal(signal.SIGINT)


def _run(
    edits: Iterator[tuple[str, Callable[[str], None]]],
    url: str,
    served: Any,
    screen: Callable[[str], float],
    count: int,
) -> dict[str, list[tuple[str, float]]]:
    found: dict[str, list[tuple[str, float]]] = {"served": [], "shown": []}
    for number in range(count):
        kind, edit = next(edits)
        mark = f"mark-{number:04}"
        tab = served.tab("/" + url.removeprefix(served.url))
        tab.settle()
        saved = time.time()
        edit(mark)
        while True:
            if tab.hear()["command"] == "reload" and mark in urllib.request.urlopen(url).read().decode():
                break
        tab.close()
        found["served"].append((kind, (time.time() - saved) * 1000))
        shown = screen(mark)
        if shown:
            found["shown"].append((kind, shown - saved * 1000))
        time.sleep(PAUSE)
    return found


@contextlib.contextmanager
def _screen(chromium: str | None, url: str) -> Iterator[Callable[[str], float]]:
    """A browser at ``url``; asked for a mark, it says when it was painted (Unix time in ms; 0 without a browser)."""
    if not chromium:
        print("serve: Chromium is not installed, so nothing is shown")
        yield lambda mark: 0.0
        return
    from playwright.sync_api import sync_playwright

    from ..conftest import _SWITCHES

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_SWITCHES)
        page = browser.new_page()
        seen: dict[str, float] = {}

        def painted(_: object, marks: str, at: float) -> None:
            for mark in marks.split():
                seen.setdefault(mark, at)

        page.expose_binding("painted", painted)
        page.add_init_script(_TELL)
        page.goto(url)

        def wait(mark: str) -> float:
            deadline = time.monotonic() + PATIENCE
            while mark not in seen and time.monotonic() < deadline:
                page.wait_for_timeout(2)
            return seen.get(mark, 0.0)

        yield wait
        browser.close()
