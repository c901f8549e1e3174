"""Driver of Python's ``urllib.request``. A status of 300 or more that it does not follow is an ``HTTPError``."""

from __future__ import annotations

import platform
import urllib.error
import urllib.request

from .protocol import PATIENCE, Call, Result, calls, report, wants_version


def send(call: Call) -> Result:
    request = urllib.request.Request(call.url, call.body, call.headers, method=call.method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return Result(call.name, response.status, len(response.read()))
    except urllib.error.HTTPError as error:
        return Result(call.name, error.code, -1, "HTTPError")
    except Exception as error:
        reason = getattr(error, "reason", None)
        return Result(call.name, error=type(reason if isinstance(reason, Exception) else error).__name__)


if __name__ == "__main__":
    if wants_version():
        print(platform.python_version())
    else:
        for call in calls():
            report(send(call))
