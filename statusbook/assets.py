"""Files of ``static/``: published as they are, style sheets minified, scripts without the comments that stand alone.

What a page cannot be painted without it carries inside, so that it is read after one round trip: the sheet of its
kind, ``static/css/pages/<kind>.css``, which imports its parts, and the one script that runs before the first paint.
Those files are not published. Their texts are the same on all pages of a kind, so a Content-Security-Policy can name
them by their hashes. A script that imports one of these parts carries it too: not every browser can import CSS, and a
file less is a request less.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import partial
from types import MappingProxyType

from . import generator
from .kept import Kept
from .output import Output, key_of
from .policy import Inlined
from .problems import BadInput, Problem
from .sources import Snapshot, Source, decode

FOLDER = "static"
#: What is carried inside pages, and so is not published.
INSIDE = (f"{FOLDER}/css/pages", f"{FOLDER}/css/parts", f"{FOLDER}/js/inside")
#: Sets the remembered colours before the first paint.
THEME_SCRIPT = f"{FOLDER}/js/inside/theme.js"
#: Characters of a version in an asset's address.
VERSION_LENGTH = 8

#: Comments on lines of their own: a third of a script's bytes. Our scripts have no template literal over several
#: lines, in which one of these lines would not be a comment; a test holds them to it.
_COMMENTS = re.compile(rb"^[ \t]*(?://.*|/\*\*(?:(?!\*/)[\s\S])*\*/)[ \t]*\n", re.MULTILINE)
_INDENTS = re.compile(rb"^[ \t]+", re.MULTILINE)
#: All that the sheet of a kind of page consists of.
_IMPORT = re.compile(r'^@import "([^"]+)";$', re.MULTILINE)
#: How a script imports a part of a sheet (CSS module scripts of the HTML Standard): the name, the part.
_MODULE = re.compile(rb'^import (\w+) from "\.\./(css/parts/[\w-]+\.css)" with \{ type: "css" \};$', re.MULTILINE)
#: What every such import has, which is found sooner than the whole.
_CSS = b'{ type: "css" }'


def outputs(snapshot: Snapshot) -> Iterator[Output]:
    for source in _published(snapshot):
        sheets = _modules(snapshot, source)
        key = key_of("asset", generator.identity(), _digest(source, sheets))
        yield Output.of(source.path, key, partial(_make, source, sheets))


def versions(snapshot: Snapshot) -> Mapping[str, str]:
    """The version of each published asset by its path below ``static/``: a short digest of what it is made of."""
    return {
        source.path.removeprefix(f"{FOLDER}/"): _digest(source, _modules(snapshot, source))[:VERSION_LENGTH]
        for source in _published(snapshot)
    }


def _published(snapshot: Snapshot) -> Iterator[Source]:
    return (source for source in snapshot.below(FOLDER) if not is_inside(source.path))


def _modules(snapshot: Snapshot, script: Source) -> Mapping[str, Source]:
    """The parts of sheets that ``script`` imports, by their paths below ``static/``. Raises :class:`BadInput`."""
    found = _MODULE.finditer(script.data) if script.path.endswith(".js") and _CSS in script.data else ()
    return {path: _existing(snapshot, f"{FOLDER}/{path}", script) for path in (match[2].decode() for match in found)}


def _existing(snapshot: Snapshot, path: str, importer: Source) -> Source:
    source = snapshot.get(path)
    if source is None:
        raise BadInput([Problem(path, 0, 0, "is missing", f"{importer.path} imports it.")])
    return source


def _digest(source: Source, sheets: Mapping[str, Source]) -> str:
    return key_of(source.digest, *(sheet.digest for sheet in sheets.values())) if sheets else source.digest


def is_inside(path: str) -> bool:
    """Whether the file at ``path`` is carried inside pages."""
    return posixpath.dirname(path) in INSIDE


class Inside:
    """The texts that pages carry inside, made when they are asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._made: dict[str, Inlined] = {}

    def of(self, kind: str) -> Inlined:
        """The sheet and the script of the pages of ``kind``. Raises :class:`BadInput` for what is not CSS."""
        if kind not in self._made:
            style = "".join(_style(source) for source in self._sheet(kind))
            self._made[kind] = Inlined((style,), (_make(self._script()).decode("utf-8").strip(),))
        return self._made[kind]

    def kind_of(self, page: bytes) -> str:
        """The kind whose sheet ``page`` carries; empty if it carries none of these."""
        return next((kind for kind in self._kinds() if self.of(kind).styles[0].encode("utf-8") in page), "")

    def all(self) -> Inlined:
        """What any page carries, each text once and in a fixed order. Raises :class:`BadInput` as :meth:`of`."""
        each = [self.of(kind) for kind in self._kinds()]
        texts = (sorted({text for made in each for text in getattr(made, kind)}) for kind in ("styles", "scripts"))
        return Inlined(*map(tuple, texts))

    def key(self, kind: str = "") -> str:
        """A key for what the pages of ``kind`` carry; for all that any page does without one."""
        sheets = [self._sheet(each) for each in ([kind] if kind else self._kinds())]
        return key_of("inside", self._script().digest, *(source.digest for sheet in sheets for source in sheet))

    def _kinds(self) -> list[str]:
        """The kinds of page that have a sheet."""
        return [posixpath.basename(sheet.path).removesuffix(".css") for sheet in self._snapshot.below(INSIDE[0])]

    def _script(self) -> Source:
        return self._source(THEME_SCRIPT, "Every page has it in its head.")

    def _sheet(self, kind: str) -> tuple[Source, ...]:
        """The parts that the sheet of ``kind`` imports."""
        sheet = self._source(f"{INSIDE[0]}/{kind}.css", f"It is the sheet of the pages of the kind `{kind}`.")
        text, problems = decode(sheet)
        for number, line in enumerate(text.splitlines(), 1):
            if line and not _IMPORT.fullmatch(line):
                problems.append(Problem(sheet.path, number, 1, "is not an import", 'Only `@import "../parts/x.css";`.'))
        if problems:
            raise BadInput(problems)
        paths = [posixpath.normpath(f"{INSIDE[0]}/{match[1]}") for match in _IMPORT.finditer(text)]
        return tuple(_existing(self._snapshot, path, sheet) for path in paths)

    def _source(self, path: str, hint: str) -> Source:
        source = self._snapshot.get(path)
        if source is None:
            raise BadInput([Problem(path, 0, 0, "is missing", hint)])
        return source


_kept: Kept[str] = Kept()


def keep_in(kept: Kept[str]) -> None:
    """Look up in ``kept`` which style sheets were minified already, and add those that were not."""
    global _kept  # noqa: PLW0603 - as with any cache of a pure function, nobody can tell which one is in use
    _kept = kept


def _style(source: Source) -> str:
    """A part of a sheet as it stands in a page, where ``</`` could end the element."""
    return _kept.get(source.digest, lambda: _make(source).decode("utf-8").replace("</", "<\\/"))


def _sheet_of(name: bytes, part: Source) -> bytes:
    """What stands in a script for the import of ``part`` under ``name``."""
    text = json.dumps(_make(part).decode("utf-8"), ensure_ascii=False).encode("utf-8")
    return b"const %b = new CSSStyleSheet();\n%b.replaceSync(%b);" % (name, name, text)


def _make(source: Source, sheets: Mapping[str, Source] = MappingProxyType({})) -> bytes:
    """The bytes of an asset; a script has ``sheets`` that it imports. Raises :class:`BadInput` for what is not CSS."""
    if source.path.endswith(".js"):
        script = _INDENTS.sub(b"", _COMMENTS.sub(b"", source.data))
        return _MODULE.sub(lambda module: _sheet_of(module[1], sheets[module[2].decode()]), script)
    if not source.path.endswith(".css"):
        return source.data
    import lightningcss  # noqa: PLC0415 - loaded when a style sheet has to be made

    try:
        minified: str = lightningcss.process_stylesheet(source.data.decode("utf-8"), source.path, minify=True)
    except ValueError as error:  # UnicodeDecodeError is one too
        place = re.search(r" at .*:(\d+):(\d+)\Z", str(error))
        line, column = (int(place[1]) + 1, int(place[2])) if place else (0, 0)
        reason = str(error)[: place.start()] if place else str(error)
        raise BadInput([Problem(source.path, line, column, f"is not CSS: {reason}")]) from None
    return minified.encode("utf-8")
