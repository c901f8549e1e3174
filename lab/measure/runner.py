"""One client through one experiment: the plan told to its driver, the origin's record read case by case."""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from lab.clients.protocol import Call, Result, read_result
from lab.clients.registry import FOLDER, OWN, ROOT, Client

from .experiment import Case, Cell, Experiment
from .origin import Answer, Origin, Request, response

#: Seconds for one client's whole run.
PATIENCE = 300


class Recorder:
    """The experiment's side of the origin: finds the case and step of each request, keeps them by case."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.cases = {case.name: case for case in experiment.cases}
        self.places: Mapping[str, str] = {}
        self.seen: defaultdict[str, list[tuple[str, Request]]] = defaultdict(list)

    def decide(self, request: Request) -> Answer:
        name, _, step = request.path.strip("/").partition("/")
        case = self.cases.get(name)
        if case is None:
            return Answer(response(404))
        before = sum(earlier == step for earlier, _ in self.seen[name])
        self.seen[name].append((step, request))
        return self.experiment.answer(case, step, request, before, self.places)

    def locate(self, ports: tuple[int, ...]) -> None:
        """The addresses that calls and redirects lead to."""
        first, second = ports
        self.places = {
            "same": f"http://127.0.0.1:{first}",
            "port": f"http://127.0.0.1:{second}",
            "host": f"http://localhost:{second}",
        }


def run(client: Client, experiment: Experiment, cases: Iterable[Case] | None = None) -> dict[str, Cell]:
    """What the client did in each case, by the case's key. Raises OSError or RuntimeError when its driver fails."""
    chosen = tuple(experiment.cases if cases is None else cases)
    recorder = Recorder(experiment)
    with Origin(recorder.decide) as origin:
        recorder.locate(origin.ports)
        calls = [call for case in chosen for call in experiment.calls(case, recorder.places)]
        results = drive(client, calls)
    return {
        case.key: experiment.see(
            case,
            recorder.seen[case.name],
            [result for result in results if result.name.rpartition("#")[0] == case.name],
        )
        for case in chosen
    }


def drive(client: Client, calls: Iterable[Call]) -> list[Result]:
    """Send the calls with the client's driver. Raises RuntimeError when it does not answer every one."""
    told = [call.line() for call in calls]
    done = subprocess.run(
        prepared(client), input="\n".join(told) + "\n", capture_output=True, text=True, cwd=ROOT, env=environment(),
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    if len(lines) != len(told):
        raise RuntimeError(f"{client.name} answered {len(lines)} of {len(told)} calls: {done.stderr.strip()[-500:]}")
    return list(map(read_result, lines))


def version(client: Client) -> str:
    """The version the client says it has."""
    command = [*prepared(client), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment(), timeout=60, check=True)
    return done.stdout.strip()


def prepared(client: Client) -> list[str]:
    """The client's command; a driver that has to be built is built first, once for each text of it."""
    if client.key == "go":
        source, program = FOLDER / "go_client.go", OWN / "go_client"
        if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
            OWN.mkdir(exist_ok=True)
            subprocess.run(
                ["go", "build", "-o", str(program), str(source)], check=True, capture_output=True,
                env=environment() | {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOCACHE": str(OWN / "go-cache")},
            )  # fmt: skip
    return list(client.command)


def environment() -> dict[str, str]:
    """What a driver gets of the environment: no proxies, no locale, no settings of the person at the keyboard."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(Path(ROOT))}
