"""Download a file and go on where it stopped:  python3 resume.py URL FILE"""

import json
import re
import sys
import time
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path

ATTEMPTS, BLOCK = 8, 1 << 16
CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


def strong_validator(headers):
    """A value for If-Range, or None when two versions of the file could share it."""
    etag = headers.get("ETag", "")
    if etag:
        return None if etag.startswith("W/") else etag
    try:
        modified, date = (parsedate_to_datetime(headers[name]) for name in ("Last-Modified", "Date"))
        return headers["Last-Modified"] if (date - modified).total_seconds() >= 1 else None
    except (KeyError, TypeError, ValueError):
        return None


def content_range(headers):
    """(first, last, total) of the response; None for what it does not say."""
    match = CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    return tuple(int(n) if n and n != "*" else None for n in match.groups()) if match else (None, None, None)


def attempt(url, part, note):
    """One request. True: the file is complete. False: try again from what `part` now holds."""
    have = part.stat().st_size if part.exists() else 0
    validator = json.loads(note.read_text()) if note.exists() else None
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})
    if have and validator:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", validator)
    try:
        response = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        if error.code == 416 and content_range(error.headers)[2] == have:
            return True  # nothing is left to fetch
        if error.code == 416:
            part.unlink(missing_ok=True)
            return False
        if error.code in (408, 429, 500, 502, 503, 504):
            return False
        raise
    with response:
        first, last, total = content_range(response.headers)
        if response.status == 206 and (first != have or last is None):
            part.unlink()  # other bytes than we asked for: start again
            return False
        if response.status == 200:  # new version, or no ranges here: from the beginning
            have, length = 0, response.headers.get("Content-Length")
            last = total = None
            if length is not None:
                last, total = int(length) - 1, int(length)
            part.unlink(missing_ok=True)  # before the note: old bytes never stand beside a new validator
            note.write_text(json.dumps(strong_validator(response.headers)))
        with part.open("ab") as file:
            while block := response.read(BLOCK):
                file.write(block)
            end = file.tell()
    if last is None:  # length unknown: the end of the response is the end of the file
        return True
    return end == last + 1 and total in (None, end)


def download(url, path):
    part, note = Path(path + ".part"), Path(path + ".part.json")
    for n in range(ATTEMPTS):
        try:
            if attempt(url, part, note):
                part.replace(path)
                note.unlink(missing_ok=True)
                return
        except (OSError, HTTPException) as error:
            if isinstance(error, urllib.error.HTTPError):
                raise
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        time.sleep(min(2**n, 60))
    raise SystemExit(f"gave up after {ATTEMPTS} attempts; {part} keeps what arrived")


if __name__ == "__main__":
    download(sys.argv[1], sys.argv[2])
