"""The command line: parses arguments, calls the verbs, prints."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from . import __version__
from .problems import BadInput, Problem

DONE, FOUND_PROBLEMS, WRONG_INPUT = 0, 1, 2

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb. Returns the exit status: 0 done, 1 the check found problems, 2 the input is wrong."""
    _print_anything()
    options = parser().parse_args(arguments)
    verb: Callable[[argparse.Namespace], int] = options.verb
    try:
        return verb(options)
    except BadInput as error:
        _print_problems(error.problems)
        return WRONG_INPUT
    except OSError as error:
        _print_problems([_of_disk(error)])
        return WRONG_INPUT
    except KeyboardInterrupt:
        return 130


# --- verbs ------------------------------------------------------------------------------------------


def _build(options: argparse.Namespace) -> int:
    from .build import build  # noqa: PLC0415 - what a verb does not need, it does not load

    bar = _ProgressBar(sys.stderr, quiet=options.quiet)
    if options.strict:
        found = _check_problems(options)
        if found:
            _print_problems(found)
            return WRONG_INPUT
    try:
        summary = build(
            ROOT,
            options.output,
            base_url=options.base_url,
            drafts=options.drafts,
            cache=not options.no_cache,
            jobs=options.jobs,
            progress=bar,
        )
    except OSError as error:
        raise BadInput([_of_disk(error, ", so nothing was published")]) from error
    finally:
        bar.clear()
    if not options.quiet:
        state = "" if summary.changed else ", nothing changed"
        print(
            f"{_shown(options.output)}: {summary.outputs} files, {summary.made} made, "
            f"{summary.outputs - summary.made} reused, "
            f"{_size(summary.size)}, {summary.seconds:.2f} s{state}"
        )
    return DONE


def _serve(options: argparse.Namespace) -> int:
    from .serve import serve  # noqa: PLC0415

    return serve(
        ROOT,
        host=options.host,
        port=options.port,
        base_url=options.base_url,
        drafts=options.drafts,
        open_browser=options.open,
        quiet=options.quiet,
    )


def _check(options: argparse.Namespace) -> int:
    found = _check_problems(options)
    _print_problems(found)
    if not found and not options.quiet:
        print("no problems found")
    return FOUND_PROBLEMS if found else DONE


def _check_problems(options: argparse.Namespace) -> Sequence[Problem]:
    from .check import check  # noqa: PLC0415

    return check(ROOT, base_url=options.base_url, drafts=options.drafts)


def _new(options: argparse.Namespace) -> int:
    from .scaffold import new_code  # noqa: PLC0415

    for path in new_code(ROOT, options.code):
        print(f"wrote {path}")
    return DONE


def _registry(options: argparse.Namespace) -> int:
    from . import pipeline, registry, sources  # noqa: PLC0415

    entries = registry.parse(options.place, registry.fetch(options.place))
    found = list(registry.compare(entries, pipeline.plan(sources.read_tree(ROOT)).library))
    for line in found:
        print(line)
    if not found:
        print(f"the handbook has what the registry has: {len(entries)} entries")
    return FOUND_PROBLEMS if found else DONE


def _constants(options: argparse.Namespace) -> int:
    from . import constants  # noqa: PLC0415

    table = constants.read_table(ROOT)
    found = list(constants.compare(table))
    rows = {int(row["code"]): row for row in table}
    for code, column, ours, theirs in found:
        print(f"{code} {column}: {ours or '(none)'} is {theirs or '(none)'} here")
        rows[code][column] = theirs
    if options.write and found:
        constants.write_table(ROOT, table)
    print(f"compared: {', '.join(constants.installed())}")
    return DONE if options.write or not found else FOUND_PROBLEMS


def _search(options: argparse.Namespace) -> int:
    from . import finder, pipeline, sources  # noqa: PLC0415

    plan = pipeline.plan(sources.read_tree(ROOT), drafts=options.drafts)
    languages = {language.key: language for language in plan.library.settings.languages}
    key = options.language or plan.library.settings.default.key
    if key not in languages:
        raise BadInput([Problem("--language", 0, 0, f"the site has no {key!r}", f"It has {', '.join(languages)}.")])
    hits = finder.Finder(plan, languages[key]).search(" ".join(options.query), options.limit)
    for line in finder.lines(hits):
        print(line)
    return DONE if hits else FOUND_PROBLEMS


def _lab(options: argparse.Namespace) -> int:
    from lab import verb  # noqa: PLC0415

    return verb.main(options, ROOT)


def _measure(options: argparse.Namespace) -> int:
    from lab import measure  # noqa: PLC0415

    return measure.main([*options.experiments, *(f"--client={name}" for name in options.client)])


# --- arguments --------------------------------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    """The verbs and their options."""
    root = argparse.ArgumentParser(
        prog="build.py", description="Statusbook: the handbook on HTTP status codes and its generator."
    )
    root.add_argument("--version", action="version", version=f"statusbook {__version__}")
    verbs = root.add_subparsers(title="verbs", required=True, metavar="VERB")

    sources = argparse.ArgumentParser(add_help=False)
    sources.add_argument(
        "--base-url", metavar="URL", help="address the site will have (instead of base_url in site.toml)"
    )
    sources.add_argument("--drafts", action="store_true", help="include pages marked draft: true")
    sources.add_argument("--quiet", "-q", action="store_true", help="print problems only")

    build = verbs.add_parser("build", parents=[sources], help="write the site", description="Write the site.")
    build.add_argument(
        "--output", "-o", type=Path, default=ROOT / "site", metavar="FOLDER", help="where to (default: site)"
    )
    build.add_argument("--no-cache", action="store_true", help="make every file anew")
    build.add_argument("--jobs", "-j", type=_count, default=0, metavar="N", help="processes (default: one a processor)")
    build.add_argument("--strict", action="store_true", help="publish nothing if `check` finds a problem")
    build.set_defaults(verb=_build)

    serve = verbs.add_parser(
        "serve", parents=[sources], help="show the site, reloading on every edit", description="Serve the site."
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", "-p", type=_port, default=8000, help="port (default: 8000; 0: any free one)")
    serve.add_argument("--open", action="store_true", help="open the home page in a browser")
    serve.set_defaults(verb=_serve)

    check = verbs.add_parser(
        "check", parents=[sources], help="look for mistakes a build lets pass", description="Check the site."
    )
    check.set_defaults(verb=_check)

    new = verbs.add_parser(
        "new", help="start the pages of a status code", description="Write both files of a new status code."
    )
    new.add_argument("code", type=_status_code, metavar="CODE", help="the status code, such as 432")
    new.set_defaults(verb=_new)

    registry = verbs.add_parser(
        "registry",
        help="compare the pages with the IANA registry",
        description="Compare the pages with the IANA HTTP Status Code Registry and print what is new, changed or gone.",
    )
    registry.add_argument("place", metavar="FILE-OR-URL", help="the registry's CSV")
    registry.set_defaults(verb=_registry)

    search = verbs.add_parser(
        "search",
        help="search the handbook, with the reasons of the ranking",
        description="Search the handbook as its pages do, and print why each result is where it is.",
    )
    search.add_argument("query", nargs="+", metavar="QUERY", help="what a reader would type or paste")
    search.add_argument("--language", metavar="KEY", help="language of the handbook (default: the first)")
    search.add_argument("--limit", type=_count, default=10, metavar="N", help="results at most (default: 10)")
    search.add_argument("--drafts", action="store_true", help="include pages marked draft: true")
    search.set_defaults(verb=_search)

    constants = verbs.add_parser(
        "constants",
        help="compare data/constants.csv with installed software",
        description="Compare data/constants.csv with the languages and frameworks that are installed.",
    )
    constants.add_argument("--write", action="store_true", help="write what they say into the table")
    constants.set_defaults(verb=_constants)

    lab = verbs.add_parser(
        "lab",
        help="capture exchanges from real servers",
        description="Run the recipes of lab/recipes with real servers on loopback and keep what crossed the wire.",
    )
    lab.add_argument("what", nargs="*", metavar="CODE|RECIPE", help="these only (default: every recipe)")
    lab.add_argument("--check", action="store_true", help="compare with the captures kept and write nothing")
    lab.add_argument("--sample", action="store_true", help="only the recipes named in lab/sample.txt")
    lab.add_argument("--fresh", action="store_true", help="write every capture anew, even where nothing changed")
    lab.add_argument("--list", action="store_true", help="list the recipes and which lack a capture")
    lab.add_argument("--packages", action="store_true", help="print the system packages that are missing here")
    lab.set_defaults(verb=_lab)

    measure = verbs.add_parser(
        "measure",
        help="measure what clients and caches do",
        description="Measure what clients and caches do on receiving a code, and write it to lab/measurements.",
    )
    measure.add_argument("experiments", nargs="*", metavar="EXPERIMENT", help="redirects, retries, caching, odd")
    measure.add_argument("--client", action="append", default=[], metavar="NAME", help="this client or cache only")
    measure.set_defaults(verb=_measure)
    return root


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


def _count(text: str) -> int:
    value = _number(text)
    if not 0 <= value <= 256:
        raise argparse.ArgumentTypeError("it takes 0 to 256")
    return value


def _port(text: str) -> int:
    value = _number(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError("it takes 0 to 65535")
    return value


def _status_code(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) == 3 and int(text) >= 100):
        raise argparse.ArgumentTypeError(f"{text!r} is not a status code of three digits")
    return int(text)


# --- printing ---------------------------------------------------------------------------------------


def _colour(stream: TextIO) -> bool:
    """Whether to write in colour: on a terminal, unless NO_COLOR says no (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _print_anything() -> None:
    """Let what the terminal's encoding has no character for come out escaped: a Chinese path ends no build."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _of_disk(error: OSError, consequence: str = "") -> Problem:
    """What the system objects to, as a problem with the file it names."""
    return Problem(str(error.filename or "build.py"), 0, 0, f"{error.strerror or error}{consequence}")


def _print_problems(problems: Sequence[Problem]) -> None:
    colour = _colour(sys.stderr)
    for problem in problems:
        place, _, rest = str(problem).partition(": ")
        print(f"\033[1m{place}:\033[0m \033[31m{rest}\033[0m" if colour else str(problem), file=sys.stderr)
    if problems:
        print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}", file=sys.stderr)


class _ProgressBar:
    """A count on a terminal while a long build runs; nothing elsewhere."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self.stream, self.on, self.width = stream, stream.isatty() and not quiet, 0

    def __call__(self, done: int, total: int) -> None:
        if self.on and (done == total or done % 8 == 0):
            text = f"making {done} of {total}"
            self.stream.write(f"\r{text:<{self.width}}")
            self.stream.flush()
            self.width = len(text)

    def clear(self) -> None:
        if self.width:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()


def _shown(path: Path) -> str:
    return os.path.relpath(path) if path.is_absolute() and path.is_relative_to(Path.cwd()) else str(path)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
