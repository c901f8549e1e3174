"""Driver of requests: one ``Session``; with the argument ``retry``, urllib3's ``Retry`` as its manual shows it."""

from __future__ import annotations

import sys
from importlib.metadata import version

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from .protocol import PATIENCE, Call, Result, calls, report, wants_version


def session(retry: bool) -> requests.Session:
    made = requests.Session()
    if retry:
        policy = Retry(total=3, backoff_factor=0.1, status_forcelist=[408, 421, 425, 429, 500, 502, 503, 504])
        made.mount("http://", HTTPAdapter(max_retries=policy))
    return made


def send(client: requests.Session, call: Call) -> Result:
    try:
        # A session's request() follows redirects of HEAD too; head() alone would not.
        response = client.request(call.method, call.url, headers=call.headers, data=call.body, timeout=PATIENCE)
    except Exception as error:
        return Result(call.name, error=type(error).__name__)
    return Result(call.name, response.status_code, len(response.content))


if __name__ == "__main__":
    if wants_version():
        print(version("requests"))
    else:
        client = session("retry" in sys.argv)
        for call in calls():
            report(send(client, call))
