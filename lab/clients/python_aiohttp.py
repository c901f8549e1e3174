"""Driver of aiohttp: one ``ClientSession``."""

from __future__ import annotations

import asyncio

import aiohttp

from .protocol import PATIENCE, Call, Result, calls, report, wants_version


async def send(client: aiohttp.ClientSession, call: Call) -> Result:
    try:
        # ClientSession.head() would not follow redirects; request() follows those of every method.
        async with client.request(call.method, call.url, headers=call.headers, data=call.body) as response:
            return Result(call.name, response.status, len(await response.read()))
    except Exception as error:
        return Result(call.name, error=type(error).__name__)


async def main() -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as client:
        for call in calls():
            report(await send(client, call))


if __name__ == "__main__":
    if wants_version():
        print(aiohttp.__version__)
    else:
        asyncio.run(main())
