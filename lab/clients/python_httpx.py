"""Driver of httpx: one ``Client``; with the argument ``follow``, one with ``follow_redirects=True``."""

from __future__ import annotations

import sys

import httpx

from .protocol import PATIENCE, Call, Result, calls, report, wants_version


def send(client: httpx.Client, call: Call) -> Result:
    try:
        response = client.request(call.method, call.url, headers=call.headers, content=call.body)
    except Exception as error:
        return Result(call.name, error=type(error).__name__)
    return Result(call.name, response.status_code, len(response.content))


if __name__ == "__main__":
    if wants_version():
        print(httpx.__version__)
    else:
        with httpx.Client(follow_redirects="follow" in sys.argv, timeout=PATIENCE) as client:
            for call in calls():
                report(send(client, call))
