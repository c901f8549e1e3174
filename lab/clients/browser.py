"""Driver of a browser: a page runs the calls with ``fetch`` and reports back over loopback, so no driver is needed.

The calls' origin keeps what is put below ``/board/``: this driver puts the page and the calls there, starts the
browser with a fresh profile on the page and waits for its report.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from .protocol import calls, wants_version

#: Seconds for a whole run.
PATIENCE = 240
PAGE = Path(__file__).with_name("browser.html")

CHROMIUM = (
    "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--no-first-run --disable-default-apps --disable-extensions --no-proxy-server"
).split()

#: What a fresh Firefox would otherwise ask the network for.
FIREFOX = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 0,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "data:,",
}


def program(kind: str) -> str:
    names = {"chromium": ("chromium", "chromium-browser", "google-chrome"), "firefox": ("firefox-esr", "firefox")}
    return next(filter(None, map(shutil.which, names[kind])), names[kind][0])


def version(kind: str) -> str:
    said = subprocess.run([program(kind), "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d+(?:\.\d+)+", said)
    return found[0] if found else ""


def command(kind: str, profile: Path, address: str) -> list[str]:
    if kind == "chromium":
        return [program(kind), *CHROMIUM, f"--user-data-dir={profile}", address]
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in FIREFOX.items()]
    (profile / "user.js").write_text("\n".join(lines), "utf-8")
    return [program(kind), "--headless", "--no-remote", "--profile", str(profile), address]


def put(address: str, data: bytes) -> None:
    urllib.request.urlopen(urllib.request.Request(address, data, method="PUT"), timeout=5).close()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> str:
    """The report, once it is on the board. Raises TimeoutError when the browser does not give it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                return str(response.read().decode())
        except urllib.error.HTTPError:
            time.sleep(0.2)
    raise TimeoutError("the browser did not report")


def run(kind: str) -> str:
    plan = list(calls())
    root = f"http://{urlsplit(plan[0].url).netloc}/board/"
    put(f"{root}page.html", PAGE.read_bytes())
    put(f"{root}calls", "\n".join(call.line() for call in plan).encode())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            command(kind, Path(profile), f"{root}page.html"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            return wait_for(f"{root}report", process)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


if __name__ == "__main__":
    browser = sys.argv[1]
    print(version(browser) if wants_version() else run(browser))
