"""The words the rest of the program is written in. No I/O, no policy."""

from __future__ import annotations

import enum
import marshal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple


class Kind(enum.Enum):
    """What sort of page it is; decides its front matter, template and address."""

    HOME = "home"
    CLASS = "class"
    CODE = "code"
    GUIDE = "guide"
    VENDOR = "vendor"
    PAGE = "page"


class Standing(enum.Enum):
    """The status code's standing in the IANA HTTP Status Code Registry."""

    REGISTERED = "registered"
    TEMPORARY = "temporary"
    UNUSED = "unused"
    VENDOR = "vendor"


class Cacheable(enum.Enum):
    """Whether a cache may reuse the response (RFC 9110 §15.1, RFC 9111 §4.2.2)."""

    HEURISTIC = "heuristic"
    EXPLICIT = "explicit"
    NEVER = "never"


class Body(enum.Enum):
    """Whether the response may have content (RFC 9110 §6.4.1)."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"


class Retry(enum.Enum):
    """What becomes of the same request sent again (RFC 9110 §9.2.2 and the code's own section)."""

    UNNEEDED = "unneeded"
    POINTLESS = "pointless"
    LATER = "later"
    AMENDED = "amended"


class Sender(enum.Enum):
    """Who generates the status code (roles of RFC 9110 §3)."""

    ORIGIN = "origin"
    GATEWAY = "gateway"
    PROXY = "proxy"
    CACHE = "cache"
    NETWORK = "network"
    CLIENT = "client"


class Seen(enum.Enum):
    """Who gets to see a vendor's number."""

    CLIENT = "client"
    LOG = "log"
    BOTH = "both"
    BODY = "body"


class Trust(enum.Enum):
    """How well a vendor's use of a number is attested."""

    DOCUMENTED = "documented"
    REPORTED = "reported"
    HEARSAY = "hearsay"


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the site.

    ``key`` names it in files and settings (``en``), ``tag`` is its BCP 47 tag, ``suffix`` stands before
    ``.md`` in file names and ``prefix`` in front of addresses; both are empty for the default language.
    """

    key: str
    tag: str
    name: str
    suffix: str
    prefix: str


#: Every language the program knows, by key: its BCP 47 tag and its own name.
LANGUAGES: Mapping[str, tuple[str, str]] = {"zh": ("zh-CN", "简体中文"), "en": ("en", "English")}

#: The classes of RFC 9110 §15; a number outside them belongs to ``other``.
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
OTHER = "other"


def class_of(number: int) -> str:
    """The class of a status code: ``4xx`` for 404, ``other`` outside 100–599 (RFC 9110 §15)."""
    return f"{number // 100}xx" if 100 <= number <= 599 else OTHER


class SectionRef(NamedTuple):
    """A section of an RFC, or the whole RFC when ``section`` is empty."""

    rfc: int
    section: str = ""

    @property
    def label(self) -> str:
        return f"RFC {self.rfc}" + (f" §{self.section}" if self.section else "")

    @property
    def url(self) -> str:
        """The section at the RFC Editor; appendices are anchored ``appendix-B``, sections ``section-15.1``."""
        url = f"https://www.rfc-editor.org/rfc/rfc{self.rfc}.html"
        if not self.section:
            return url
        return f"{url}#{'appendix' if self.section[0].isalpha() else 'section'}-{self.section}"


@dataclass(frozen=True, slots=True)
class Since:
    """The RFC that first defined a status code, and its year."""

    rfc: int
    year: int


@dataclass(frozen=True, slots=True)
class VendorUse:
    """What one vendor means by a number; ``note`` is in the page's languages, by language key."""

    vendor: str
    name: str
    notes: Mapping[str, str]
    seen: Seen
    trust: Trust
    source: str


@dataclass(frozen=True, slots=True)
class StatusCode:
    """The facts about one status code that hold in every language."""

    number: int
    phrase: str
    standing: Standing
    cacheable: Cacheable
    body: Body
    retry: Retry
    senders: tuple[Sender, ...]
    spec: tuple[SectionRef, ...] = ()
    since: Since | None = None
    deprecated: bool = False
    vendors: tuple[VendorUse, ...] = ()

    @property
    def class_key(self) -> str:
        return class_of(self.number)


class Heading(NamedTuple):
    """A heading of a page's text. ``title`` is Markdown, ``text`` the same without its marks."""

    level: int
    title: str
    text: str
    anchor: str
    line: int


class Reference(NamedTuple):
    """A ``[[target#fragment|label]]`` in a page's text."""

    target: str
    fragment: str
    label: str
    line: int
    column: int


class Citation(NamedTuple):
    """An ``RFC 9110 §15.5.5`` in a page's text."""

    ref: SectionRef
    line: int
    column: int


#: What the path of an :class:`Inclusion` of measurements begins with.
MEASURED = "measured:"


class Inclusion(NamedTuple):
    """A ``[[file:…]]``, ``[[figure:…]]`` or ``[[measured:…]]`` in a page's text.

    ``path`` is relative to ``content/guides``; of measurements it is their name behind ``MEASURED``.
    """

    path: str
    line: int
    column: int


class Outline(NamedTuple):
    """What a page's text contains, found without rendering it."""

    headings: tuple[Heading, ...] = ()
    references: tuple[Reference, ...] = ()
    citations: tuple[Citation, ...] = ()
    inclusions: tuple[Inclusion, ...] = ()

    def packed(self) -> bytes:
        """The outline in a tenth of the memory; :func:`unpacked` is the way back."""
        citations = ((*item.ref, item.line, item.column) for item in self.citations)
        parts: tuple[Iterable[Any], ...] = (self.headings, self.references, citations, self.inclusions)
        return marshal.dumps(tuple(tuple(map(tuple, items)) for items in parts))


class Plain(NamedTuple):
    """An outline of plain tuples, which have the fields of what they stand for in their order.

    It is there in a third of the time: for looking through all texts of a book.
    """

    headings: tuple[tuple[int, str, str, str, int], ...]
    references: tuple[tuple[str, str, str, int, int], ...]
    citations: tuple[tuple[int, str, int, int], ...]
    inclusions: tuple[tuple[str, int, int], ...]


def packed_keywords(keywords: tuple[str, ...]) -> bytes:
    """Keywords in a quarter of the memory; :func:`unpacked_keywords` is the way back."""
    return marshal.dumps(keywords)


def unpacked_keywords(packed: bytes) -> tuple[str, ...]:
    keywords: tuple[str, ...] = marshal.loads(packed)
    return keywords


@lru_cache(maxsize=64)
def unpacked(packed: bytes) -> Outline:
    """The outline that was ``packed``; of the same text it is asked for several times in a row."""
    plain = Plain(*marshal.loads(packed))
    return Outline(
        tuple(map(Heading._make, plain.headings)),
        tuple(map(Reference._make, plain.references)),
        tuple(Citation(SectionRef(rfc, section), line, column) for rfc, section, line, column in plain.citations),
        tuple(map(Inclusion._make, plain.inclusions)),
    )


class Symptom(NamedTuple):
    """What a person sees, and the anchor of the section of its page that explains it; empty where none does.

    ``quoted`` says that this is a cause which quotes it from its beginning.
    """

    text: str
    cause: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A page in one language: its translated front matter and what its Markdown contains.

    ``digest`` stands for the whole source file, which has the Markdown from ``line`` on. A big book has many texts, so
    what is seldom asked for is held packed: keywords and the outline.
    """

    path: str
    digest: str
    title: str
    summary: str
    packed_keywords: bytes
    symptoms: tuple[Symptom, ...]
    updated: date
    line: int
    packed: bytes

    @property
    def keywords(self) -> tuple[str, ...]:
        return unpacked_keywords(self.packed_keywords)

    @property
    def outline(self) -> Outline:
        return unpacked(self.packed)

    @property
    def plain(self) -> Plain:
        return Plain(*marshal.loads(self.packed))


@dataclass(frozen=True, slots=True)
class Product:
    """A product of a vendor: what ``vendors`` of a code page calls it, and its names by language key."""

    vendor: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the handbook in all its languages.

    ``name`` is what ``[[…]]`` and ``see`` call it (``404``, ``4xx``, ``401-vs-403``, ``nginx``; empty for the home
    page). ``products`` are those of a vendor page.
    """

    name: str
    kind: Kind
    texts: Mapping[str, Text]
    code: StatusCode | None = None
    see: tuple[str, ...] = ()
    draft: bool = False
    products: tuple[Product, ...] = ()

    @property
    def slug(self) -> str:
        """The page's address below its language's prefix, without slashes at the ends."""
        folder = {Kind.GUIDE: "guides/", Kind.VENDOR: "vendors/"}.get(self.kind, "")
        return folder + self.name


@dataclass(frozen=True, slots=True)
class Link:
    """What a reference in the text becomes: a relative address, the text shown and CSS classes."""

    href: str
    text: str
    classes: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class FieldLinks:
    """Where header fields are explained: ``href`` with a name in lower case behind it, for those in ``names``."""

    href: str = ""
    names: frozenset[str] = frozenset()


NO_LINKS = FieldLinks()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the text needs to know of the book around it.

    ``links`` answers ``(target, fragment)`` of a reference. ``files`` holds the texts of included files, diagrams
    as cleaned markup. ``table_label`` names a scrolling table to a screen reader. ``language`` is the page's
    BCP 47 tag. ``fields`` says where the header fields of messages are explained.
    """

    links: Mapping[tuple[str, str], Link]
    files: Mapping[str, str]
    table_label: str
    language: str
    fields: FieldLinks = NO_LINKS


@dataclass(frozen=True, slots=True)
class Settings:
    """What a site owner sets in ``site.toml``. ``base_url`` is empty or ends with a slash."""

    titles: Mapping[str, str]
    languages: tuple[Language, ...]
    base_url: str = ""
    repository: str = ""
    edit_url: str = ""
    licence: Mapping[str, str] = field(default_factory=dict)

    @property
    def default(self) -> Language:
        return self.languages[0]

    def address(self, language: Language, slug: str) -> str:
        """The site-absolute address of a page: ``/en/404/``."""
        return f"/{language.prefix}{slug}/" if slug else f"/{language.prefix}"


#: The sections of a code page in their order (DESIGN: anatomy of a code page), and those a writer fills.
SECTIONS = ("meaning", "senders", "causes", "choosing", "evidence", "clients", "code", "history", "see")
WRITTEN_SECTIONS = ("meaning", "senders", "causes", "choosing", "code", "history")
