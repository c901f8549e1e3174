"""The list of all guides on pages of its own, once it is too long for the pages that would list it.

Home and search list every guide of a book of usual size. In a book of thousands they list the first and lead to this.
No list of a site grows with the site past what a phone takes in one breath (100 kB).
"""

from __future__ import annotations

from collections.abc import Iterator

from .shown import Card, Crumb, PageView
from .views import Views

#: Guides on one page; about 20 kB with their summaries.
LISTED = 120
#: Where the lists are, below a language's prefix; those after the first have a number, which no guide's name is.
SLUG = "guides"


def listed(views: Views) -> dict[str, object]:
    """What the pages that list everything show of the guides, and where the rest is (empty: there is no rest)."""
    guides = views.library.guides
    rest = views.address(SLUG) if len(guides) > LISTED else ""
    return {"guides": views.cards(guides[:LISTED]), "all_guides": rest, "guide_count": len(guides)}


def parts(views: Views) -> Iterator[tuple[PageView, tuple[Card, ...]]]:
    """The pages of the list, each with its guides; none for a book whose other pages list them all."""
    guides = views.library.guides
    if len(guides) <= LISTED:
        return
    starts = range(0, len(guides), LISTED)
    pages = [_part(views, number, len(starts)) for number in range(1, len(starts) + 1)]
    cards = [Card(page.name, page.kind, page.address, page.title, page.summary) for page in pages]
    for i, (page, start) in enumerate(zip(pages, starts, strict=True)):
        before, after = cards[i - 1] if i else None, cards[i + 1] if i + 1 < len(cards) else None
        yield page._replace(previous=before, next=after), views.cards(guides[start : start + LISTED])


def _part(views: Views, number: int, of: int) -> PageView:
    title, summary = views.t("page.guides"), views.t("guides.summary", number=number, of=of)
    if number == 1:
        return views.made_up("guides", SLUG, title, summary)
    above = (Crumb(title, views.address(SLUG)),)
    return views.made_up("guides", f"{SLUG}/{number}", f"{title} {number}", summary, above)
