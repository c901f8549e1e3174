"""Driver of urllib3's ``PoolManager``, whose default is three retries, also of 413, 429 and 503 with Retry-After."""

from __future__ import annotations

from importlib.metadata import version

import urllib3

from .protocol import PATIENCE, Call, Result, calls, report, wants_version


def send(pool: urllib3.PoolManager, call: Call) -> Result:
    try:
        response = pool.request(call.method, call.url, body=call.body, headers=call.headers, timeout=PATIENCE)
    except urllib3.exceptions.MaxRetryError as error:
        return Result(call.name, error=type(error.reason or error).__name__)
    except Exception as error:
        return Result(call.name, error=type(error).__name__)
    return Result(call.name, response.status, len(response.data))


if __name__ == "__main__":
    if wants_version():
        print(version("urllib3"))
    else:
        manager = urllib3.PoolManager()
        for call in calls():
            report(send(manager, call))
