"""Runs a recipe: starts the real programs on loopback, sends the real request, keeps what crossed the wire."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from statusbook.captures import Capture, LogLines, SetUp
from statusbook.recipes import NO_RESPONSE, SERVER, Program, Recipe, fill

from . import exchange, machine, programs, trace
from .machine import BACK, FRONT
from .programs import CLIENTS, SOFTWARE
from .tap import Connection, Tap

#: What the recipe's folder is called in a capture: the one thing that is not kept as it was seen, with the next.
SHOWN_FOLDER = "/srv/lab"
#: Where the handbook and Python are, in lines that name a file of theirs.
_PLACES = ((programs.ROOT, "/srv/statusbook"), (sys.base_prefix, "/usr"))
#: Seconds for a program to listen, and for a log line to be written.
START_UP, LOG_DELAY = 20, 3
#: Lines kept of what a client prints to standard error.
_OUTPUT = 6


class Failure(Exception):
    """A recipe did not do what it says; the message is for its author."""


@dataclass(frozen=True)
class Running:
    """A started program: its process, what it prints and the files it logs to."""

    program: Program
    process: subprocess.Popen[bytes]
    output: Path
    logs: tuple[Path, ...]


def run(recipe: Recipe, today: date) -> Capture:
    """Run ``recipe`` once. Raises :class:`Failure` with the reason when what it expects was not seen."""
    with tempfile.TemporaryDirectory(prefix="statusbook-lab-") as name, contextlib.ExitStack() as stack:
        folder = Path(name).resolve()
        folder.chmod(0o777)
        stack.callback(os.umask, os.umask(0))  # servers that drop root write here, and read what is prepared
        return _Run(recipe, folder, stack).capture(today)


class _Run:
    def __init__(self, recipe: Recipe, folder: Path, stack: contextlib.ExitStack) -> None:
        self.recipe, self.folder, self.stack = recipe, folder, stack
        self.taps: list[Tap] = []
        self.inside = {"dir": str(folder)}  # what the programs are told
        self.outside = {"dir": str(folder)}  # what the client is told
        self.environment = machine.environment(folder)

    def capture(self, today: date) -> Capture:
        recipe = self.recipe
        self.assign_addresses()
        files = self.write_files()
        if recipe.prepare:
            self.shell(fill(recipe.prepare, self.inside), "prepare")
        running = [self.start(program) for program in recipe.programs]
        done = self.shell(fill(recipe.client, self.outside), "client", may_fail=True)
        connections, tls = self.connections()
        logs = self.wait_for_log(running)
        seen = exchange.choose(connections, recipe.expect.status)
        if seen is None:
            statuses = [exchange.statuses(item) for c in connections for item in exchange.split(c)]
            raise Failure(f"no exchange with status {recipe.expect.status}; seen: {statuses}\n{self.tails(running)}")
        setup = SetUp(
            tuple(programs.install_commands([program.use for program in reversed(recipe.programs)])),
            tuple(files),
            self.as_shown(fill(recipe.prepare, self.outside)).strip(),
            tuple(self.as_shown(" ".join(self.command(program, self.outside))) for program in recipe.programs),
            self.as_shown(fill(recipe.client, self.outside)).strip(),
        )
        capture = Capture(
            recipe.name,
            recipe.digest,
            today,
            self.versions(),
            self.protocol(seen, tls),
            recipe.record,
            setup,
            seen,
            tuple(logs),
            done.returncode,
            self.as_shown("\n".join(done.stderr.decode("utf-8", "replace").strip().splitlines()[-_OUTPUT:])),
        )
        _check(recipe, capture)
        return capture

    # --- before the start -----------------------------------------------------------------------------

    def assign_addresses(self) -> None:
        """A port for every program, the server's first; the tap listens where the client will look for the server."""
        ports = machine.ports(self.stack)
        for program in reversed(self.recipe.programs):
            for key in (program.name, *(f"{program.name}.{port}" for port in program.ports)):
                port = next(ports)
                tapped = program.name == SERVER
                self.inside[key] = f"{BACK if tapped else FRONT}:{port}"
                self.outside[key] = f"{FRONT}:{port}"
                if key == program.name:
                    self.inside[f"{key}.port"] = self.outside[f"{key}.port"] = str(port)
                    self.inside[f"{key}.host"], self.outside[f"{key}.host"] = BACK if tapped else FRONT, FRONT
                if tapped:
                    self.taps.append(self.stack.enter_context(Tap((FRONT, port), (BACK, port))))
        self.inside["free"] = self.outside["free"] = f"{FRONT}:{next(ports)}"

    def own_values(self, program: Program, values: Mapping[str, str]) -> dict[str, str]:
        """The placeholders of a program's row in the table of software."""
        host, _, port = values[program.name].rpartition(":")
        software = SOFTWARE[program.use]
        prefix = "" if program.name == SERVER else f"{program.name}-"
        own = {"name": program.name, "prefix": prefix, "address": values[program.name], "host": host, "port": port}
        own["modules"] = programs.modules() if program.use == "apache" else ""
        own["file"] = fill(software.file, own)
        return {**values, **own}

    def write_files(self) -> list[tuple[str, str, str]]:
        """Write the programs' files and the recipe's own; returns them as a page shows them."""
        shown = []
        for program in self.recipe.programs:
            software = SOFTWARE[program.use]
            for values, keep in ((self.inside, False), (self.outside, True)):
                own = self.own_values(program, values)
                text = fill(software.wrapper, {**own, "config": fill(program.config.strip("\n"), own)})
                text = text.rstrip() + "\n"
                if not text.strip():
                    continue
                if keep:
                    shown.append((own["file"], program.use, self.as_shown(text)))
                else:
                    (self.folder / own["file"]).write_text(text, "utf-8")
        for path, text in self.recipe.files:
            place = self.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(fill(text, self.inside), "utf-8")
            shown.append((path, "", self.as_shown(fill(text, self.outside))))
        return shown

    def command(self, program: Program, values: Mapping[str, str]) -> list[str]:
        own = self.own_values(program, values)
        words = [fill(word, own) for word in SOFTWARE[program.use].start]
        return ["python3" if word == sys.executable and values is self.outside else word for word in words]

    def start(self, program: Program) -> Running:
        output = self.folder / f"{program.name}.out"
        with output.open("wb") as sink:
            process = subprocess.Popen(
                machine.tied(self.command(program, self.inside)),
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.stack.callback(machine.stop, process)
        own = self.own_values(program, self.inside)
        names = [fill(name, own) for name in SOFTWARE[program.use].logs]
        logs = tuple(dict.fromkeys((*(self.folder / name for name in names), output)))
        running = Running(program, process, output, logs)
        host, port = own["host"], int(own["port"])
        deadline = time.monotonic() + START_UP
        while not machine.listens(host, port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"{program.name} ({program.use}) does not listen\n{self.tails([running])}")
            time.sleep(0.02)
        return running

    # --- the client and after -------------------------------------------------------------------------

    def shell(self, script: str, what: str, *, may_fail: bool = False) -> subprocess.CompletedProcess[bytes]:
        """Run a script of the recipe with bash in its folder; its time is limited."""
        process = subprocess.Popen(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            stdout, stderr = process.communicate(timeout=self.recipe.timeout)
        except subprocess.TimeoutExpired:
            machine.stop(process)
            raise Failure(f"{what} took longer than {self.recipe.timeout} s") from None
        if process.returncode and not may_fail:
            raise Failure(f"{what} failed with {process.returncode}: {stderr.decode('utf-8', 'replace').strip()}")
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def connections(self) -> tuple[list[Connection], str]:
        """What passed on each connection, and the TLS version; empty without."""
        if self.recipe.record == "curl":
            files = sorted((self.folder / "trace").iterdir(), key=lambda file: file.name)
            return trace.read(file.read_text("utf-8", "replace") for file in files)
        if self.recipe.record == "files":
            return self.kept_by_client()
        time.sleep(0.05)  # the last bytes may still be between two threads
        return [connection for tap in self.taps for connection in tap.connections], ""

    def kept_by_client(self) -> tuple[list[Connection], str]:
        """The one exchange of a client that keeps its bytes in files, and the TLS version it printed."""
        connection = Connection()
        for sender, name in (("client", "sent"), ("server", "received")):
            place = self.folder / name
            if not place.is_file():
                raise Failure(f"the client left no file called {name}")
            connection.add(sender, place.read_bytes())
        printed = self.folder / "printed"
        return [connection], trace.tls_version(printed.read_text("utf-8", "replace") if printed.is_file() else "")

    def wait_for_log(self, running: list[Running]) -> list[LogLines]:
        """The lines that the recipe expects, as soon as they are there."""
        deadline = time.monotonic() + LOG_DELAY
        while True:
            found, lacking = self.find_log(running)
            if not lacking:
                return found
            if time.monotonic() > deadline:
                raise Failure(f"no line in a log like: {lacking}\n{self.tails(running)}")
            time.sleep(0.05)

    def find_log(self, running: list[Running]) -> tuple[list[LogLines], list[str]]:
        found: dict[str, list[str]] = {}
        lacking = []
        for pattern in self.recipe.expect.log:
            for file in (log for item in running for log in item.logs if log.exists()):
                lines = [self.as_shown(line) for line in file.read_text("utf-8", "replace").splitlines()]
                line = next((line for line in reversed(lines) if matches(pattern, line)), None)
                if line is not None:
                    place = found.setdefault(file.name, [])
                    if line not in place:
                        place.append(line)
                    break
            else:
                lacking.append(pattern)
        return [LogLines(file, tuple(lines)) for file, lines in found.items()], lacking

    def versions(self) -> dict[str, str]:
        """The versions of the server, of what is behind it, of what these need, and of the client."""
        rows = [SOFTWARE[program.use] for program in reversed(self.recipe.programs)]
        rows += [SOFTWARE[needed] for row in rows for needed in row.needs]
        used = [(row.title, row.version) for row in rows]
        words = set(re.findall(r"[\w.-]+", self.recipe.client))
        used += [(title, (command, pattern)) for word, (title, command, pattern) in CLIENTS.items() if word in words]
        return {title: programs.version_of(*version) or "?" for title, version in used}

    def protocol(self, seen: exchange.Exchange, tls: str) -> str:
        data = b"".join(message.data for message in seen if message.sender == "server") or seen[0].data
        match = re.search(rb"HTTP/(\d(?:\.\d)?)", data)
        version = f"HTTP/{match[1].decode()}" if match else "HTTP/1.1"
        return f"{version}, {tls}" if tls else version

    def as_shown(self, text: str) -> str:
        for place, shown in ((self.folder, SHOWN_FOLDER), (programs.NODE_MODULES.parent, SHOWN_FOLDER), *_PLACES):
            text = text.replace(str(place), shown)
        return text.replace(BACK, FRONT)

    def tails(self, running: list[Running]) -> str:
        """The ends of all logs, for the author of a recipe that failed."""
        texts = []
        for log in (log for item in running for log in item.logs if log.exists()):
            lines = log.read_text("utf-8", "replace").splitlines()[-8:]
            texts += [f"  {log.name}: {line}" for line in lines]
        return "\n".join(texts)


def matches(pattern: str, text: str) -> bool:
    """Whether ``pattern`` occurs in ``text``; ``*`` stands for anything."""
    return re.search(".*?".join(re.escape(piece) for piece in pattern.split("*")), text, re.S) is not None


def _check(recipe: Recipe, capture: Capture) -> None:
    """Raises :class:`Failure` when the response is not the one the recipe expects."""
    parts = [part for message in capture.messages if message.sender == "server" for part in message.parts()]
    expect = recipe.expect
    if expect.status == NO_RESPONSE:
        return
    part = next(part for part in parts if part.status == expect.status)
    fields = fields_of(part.head)
    for name, pattern in expect.fields:
        values = [value for key, value in fields if key.lower() == name.lower()]
        if not any(matches(pattern, value) for value in values):
            raise Failure(f"field {name} is {values or 'not there'}, not {pattern!r}")
    for name in expect.absent:
        if any(key.lower() == name.lower() for key, _ in fields):
            raise Failure(f"field {name} is there")
    content = b"".join(part.content for part in parts).decode("utf-8", "replace")
    if expect.body and not matches(expect.body, content):
        raise Failure(f"the content is {content[:300]!r}, not {expect.body!r}")


def fields_of(head: bytes) -> list[tuple[str, str]]:
    """The header fields of a message's head."""
    lines = head.decode("utf-8", "replace").splitlines()[1:]
    pairs = (line.partition(":") for line in lines if ":" in line)
    return [(name.strip(), value.strip()) for name, _, value in pairs]
