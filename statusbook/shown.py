"""What templates are given to show: plain values.

A value's ``repr`` names everything that it shows, so the keys of outputs are made of it. Tens of thousands of them are
made for a first build, and their classes for every build: named tuples take a fifth of the time of data classes.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import NamedTuple

from .keys import key_of
from .model import Symptom


class Card(NamedTuple):
    """How a page is shown on other pages. ``number`` is empty for pages that are not status codes."""

    name: str
    kind: str
    address: str
    title: str
    summary: str
    number: str = ""
    phrase: str = ""
    class_key: str = ""
    standing: str = ""
    deprecated: bool = False


class Cards(tuple[Card, ...]):
    """Cards that many pages show. Each of them asks for their long ``repr``: a digest stands for it."""

    @cached_property
    def digest(self) -> str:
        return key_of(*self)

    def __repr__(self) -> str:
        return self.digest


class ClassGroup(NamedTuple):
    """A class and its codes; ``card`` is None while the class has no page."""

    class_key: str
    card: Card | None
    codes: tuple[Card, ...]


class Alternate(NamedTuple):
    """The same page in a language; ``absolute`` is empty while the site has no base URL."""

    key: str
    tag: str
    name: str
    address: str
    absolute: str
    current: bool


class Crumb(NamedTuple):
    title: str
    address: str


class TocEntry(NamedTuple):
    anchor: str
    title: str
    children: tuple[TocEntry, ...] = ()


class SpecLink(NamedTuple):
    label: str
    url: str


class SinceLink(NamedTuple):
    rfc: int
    year: int
    url: str


class VendorView(NamedTuple):
    """A vendor's use of a number. ``title`` names the product, ``address`` is its vendor page's."""

    vendor: str
    title: str
    address: str
    name: str
    note: str
    seen: str
    trust: str
    source: str


class RegistryView(NamedTuple):
    phrase: str
    reference: str
    url: str
    date: date


class CodeView(NamedTuple):
    """The facts of a code page as templates print them: enumerations by their value."""

    number: str
    phrase: str
    class_key: str
    standing: str
    deprecated: bool
    cacheable: str
    body: str
    retry: str
    senders: tuple[str, ...]
    spec: tuple[SpecLink, ...]
    since: SinceLink | None
    vendors: tuple[VendorView, ...]
    keywords: tuple[str, ...]
    symptoms: tuple[Symptom, ...]


class PageView(NamedTuple):
    """What every page shows, whatever its kind."""

    kind: str
    name: str
    title: str
    summary: str
    address: str
    canonical: str
    alternates: tuple[Alternate, ...]
    breadcrumbs: tuple[Crumb, ...]
    updated: date | None = None
    edit_url: str = ""
    toc: tuple[TocEntry, ...] = ()
    class_key: str = ""
    previous: Card | None = None
    next: Card | None = None


class FieldView(NamedTuple):
    """A header field: ``note`` says what it tells, ``address`` leads to its row, ``label`` and ``url`` to a source."""

    name: str
    anchor: str
    address: str
    note: str
    label: str
    url: str
