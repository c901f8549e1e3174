"""Firefox as readers have it, driven through WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), its own protocol.

Playwright would need a Firefox of its own.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

#: Nothing is fetched but what the test asks for, and no page is shown that the test did not open.
PREFERENCES: dict[str, bool | int | str] = {
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "intl.accept_languages": "zh-CN",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}
#: Seconds that Firefox may take to start, to answer a command, and until what is waited for is so.
START, ANSWER, PATIENCE = 90, 60, 30
#: Keys that have no character of their own (https://w3c.github.io/webdriver/#keyboard-actions).
DOWN, ENTER = "\ue015", "\ue007"


@contextmanager
def running(program: str, folder: Path, **preferences: bool | int | str) -> Iterator[Tab]:
    """Firefox with a fresh profile in ``folder``, and its one tab."""
    wanted = {**PREFERENCES, **preferences}
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items())
    (folder / "user.js").write_text("".join(lines), "utf-8")
    command = [program, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", str(folder)]
    log = folder / "stderr"
    with log.open("wb") as errors, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors) as process:
        try:
            with connect(_address(process, log), max_size=None, compression=None) as socket:
                yield Tab(socket)
        finally:
            process.terminate()
            try:
                process.wait(START)
            except subprocess.TimeoutExpired:
                process.kill()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where Firefox listens, which it says when it does."""
    end = time.monotonic() + START
    while time.monotonic() < end and process.poll() is None:
        said = re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text("utf-8", "replace"))
        if said:
            return f"{said[1]}/session"
        time.sleep(0.1)
    raise AssertionError(f"Firefox does not listen: {log.read_text('utf-8', 'replace')[-1000:]}")


class Tab:
    """The tab of a Firefox, and in ``complaints`` what went wrong in it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._commands = socket, 0
        self.complaints: list[str] = []
        self._do("session.new", capabilities={})
        self._context = self._do("browsingContext.create", type="tab")["context"]
        self._do("session.subscribe", events=["log.entryAdded", "network.responseCompleted", "network.fetchError"])
        # What the policy forbids is told to the page, not to the log.
        report = "() => addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.blockedURI}`))"
        self._do("script.addPreloadScript", functionDeclaration=report)

    def _do(self, method: str, **params: Any) -> dict[str, Any]:
        self._commands += 1
        self._socket.send(json.dumps({"id": self._commands, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=ANSWER))
            if message.get("id") == self._commands:
                break
            self._hear(message.get("method", ""), message.get("params", {}))
        if message["type"] == "error":
            raise AssertionError(f"{method}: {message['error']}: {message['message']}")
        result: dict[str, Any] = message["result"]
        return result

    def _hear(self, event: str, params: dict[str, Any]) -> None:
        if event == "log.entryAdded" and params["level"] in ("error", "warn"):
            self.complaints.append(f"{params['level']}: {params['text']}")
        elif event == "network.responseCompleted" and params["response"]["status"] >= 400:
            self.complaints.append(f"{params['response']['status']}: {params['request']['url']}")
        elif event == "network.fetchError" and params["errorText"] != "NS_BINDING_ABORTED":  # the reader went on
            self.complaints.append(f"{params['errorText']}: {params['request']['url']}")

    def open(self, address: str) -> None:
        self._do("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def resize(self, width: int, height: int) -> None:
        self._do("browsingContext.setViewport", context=self._context, viewport={"width": width, "height": height})

    def run(self, script: str) -> Any:
        """What the expression ``script`` is on the page, which may have no scripts of its own."""
        result = self._do(
            "script.evaluate",
            expression=f"JSON.stringify(({script}) ?? null)",
            target={"context": self._context},
            awaitPromise=False,
        )
        if result["type"] == "exception":
            raise AssertionError(f"{script}: {result['exceptionDetails']['text']}")
        return json.loads(result["result"]["value"])

    def wait(self, script: str, expected: Any = True) -> None:
        """Wait until ``script`` is ``expected``; the page may change meanwhile."""
        end, seen = time.monotonic() + PATIENCE, None
        while time.monotonic() < end:
            try:
                seen = self.run(script)
            except AssertionError as error:  # between two pages there is none
                seen = error
            if seen == expected:
                return
            time.sleep(0.05)
        raise AssertionError(f"{script} is {seen!r}, not {expected!r}")

    def press(self, keys: str) -> None:
        """Press and release each of ``keys``."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._do(
            "input.performActions", context=self._context, actions=[{"type": "key", "id": "keys", "actions": actions}]
        )

    def click(self, css: str) -> None:
        """Click the middle of the first element that ``css`` selects, scrolled into the window."""
        self.run(
            f"document.querySelector({json.dumps(css)}).scrollIntoView({{ block: 'center', behavior: 'instant' }})"
        )
        locator = {"type": "css", "value": css}
        nodes = self._do("browsingContext.locateNodes", context=self._context, locator=locator, maxNodeCount=1)["nodes"]
        origin = {"type": "element", "element": {"sharedId": nodes[0]["sharedId"]}}
        actions = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "actions": actions}
        self._do("input.performActions", context=self._context, actions=[mouse])

    def picture(self, path: Path) -> None:
        """Keep the whole page as a picture."""
        shot = self._do(
            "browsingContext.captureScreenshot",
            context=self._context,
            origin="document",
            format={"type": "image/jpeg", "quality": 0.7},
        )
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))
