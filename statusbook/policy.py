"""What browsers are told not to do with our pages: the Content Security Policy and the header fields beside it.

A page of ours needs styles and scripts of its own host, its search index, its icon, and nothing else; so nothing
else is allowed, and text that found its way into a page could still not run. Texts that stand inside a page
(its style sheet, the script that sets the remembered colours) are allowed by their digest, never by a keyword.

Sources: Content Security Policy Level 3, Trusted Types, Permissions Policy, Referrer Policy (W3C);
WHATWG HTML, section 7.1.3 (Cross-Origin-Opener-Policy); WHATWG Fetch, section 3.8 (Cross-Origin-Resource-Policy).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from . import generator
from .output import Output, key_of

#: Where static hosts (Netlify, Cloudflare Pages and those that read their format) look for header fields.
PATH = "_headers"

#: The only Trusted Types policy that our scripts may create (static/js/try.js does, for its service worker).
TRUSTED_TYPES = "statusbook"

#: Abilities of a device that a book has no use for. Only names that browsers know: others make them complain.
_UNUSED = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Inlined:
    """Texts that stand between ``<style>`` and ``</style>``, ``<script>`` and ``</script>``, to the character."""

    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


def page_policy(inlined: Inlined) -> str:
    """The policy as a page's ``<meta>`` can carry it: all but ``frame-ancestors``, which browsers take from headers."""
    return "; ".join(" ".join(directive) for directive in _directives(inlined))


def headers(inlined: Inlined) -> Headers:
    """The header fields of every response; ``inlined`` has the texts of all pages."""
    return (
        ("Content-Security-Policy", f"{page_policy(inlined)}; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Permissions-Policy", ", ".join(f"{name}=()" for name in _UNUSED)),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    )


def outputs(key: Callable[[], str], inlined: Callable[[], Inlined]) -> Iterator[Output]:
    """The header fields in the form that static hosts read. ``key`` stands for the texts that ``inlined`` makes."""
    yield Output(PATH, lambda: (key_of("headers", generator.identity(), key()), lambda: _file(inlined())))


def _file(inlined: Inlined) -> bytes:
    return "".join(("/*\n", *(f"  {name}: {value}\n" for name, value in headers(inlined)))).encode()


def _directives(inlined: Inlined) -> Iterator[tuple[str, ...]]:
    yield "default-src", "'none'"
    yield "script-src", "'self'", *_digests(inlined.scripts)
    yield "style-src", "'self'", *_digests(inlined.styles)
    yield "img-src", "'self'"
    yield "connect-src", "'self'"  # the search index; under `serve` the reload socket, too
    yield "worker-src", "'self'"
    yield "form-action", "'self'"
    yield "base-uri", "'none'"
    yield "require-trusted-types-for", "'script'"
    yield "trusted-types", TRUSTED_TYPES


def _digests(texts: Iterable[str]) -> Iterator[str]:
    """Each text once, by its SHA-256 (CSP Level 3, section 2.3.1)."""
    for text in dict.fromkeys(texts):
        digest = hashlib.sha256(text.encode("utf-8")).digest()
        yield f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
