"""Addresses: where a page is, how another page links to it, and which file a web server sends for it.

An address is site-absolute: it starts with a slash, whatever folder the site is put in.
"""

from __future__ import annotations

import posixpath


def relative(source: str, target: str) -> str:
    """The relative address that leads from the page ``source`` to ``target``.

    >>> relative("/en/404/", "/en/4xx/")
    '../4xx/'
    """
    path, hash_, fragment = target.partition("#")
    if path == source and fragment:
        return f"#{fragment}"
    folder = source if source.endswith("/") else posixpath.dirname(source) + "/"
    common = posixpath.commonprefix((folder, path)).rpartition("/")[0] + "/"
    result = "../" * folder.count("/", len(common)) + path[len(common) :]
    return (result or "./") + hash_ + fragment


def file_of(address: str) -> str:
    """The file that a web server sends for an address."""
    return address[1:] + "index.html" if address.endswith("/") else address[1:]
