"""What the lab's pages show: the list of all exchanges, an exchange on its own, those of one code."""

from __future__ import annotations

from .evidence import FAMILIES, LAB, by_program, slug_of
from .exhibits import Exhibit
from .shown import Card, ClassGroup, Crumb, PageView, TocEntry
from .views import CLIENTS, Views

#: The sections of an exchange's page, as their anchors.
_SECTIONS = ("exchange", "fields", "again", "others")


def index(views: Views) -> PageView:
    """The page that lists all exchanges."""
    return views.made_up("lab", LAB, views.t("lab.title"), views.t("lab.summary"))


def page(views: Views, exhibit: Exhibit) -> PageView:
    """The page of an exchange, below the list."""
    above = (Crumb(views.t("lab.title"), views.address(LAB)),)
    recipe, key = exhibit.recipe, views.language.key
    title = f"{recipe.code} · {views.print(recipe.titles[key])}"
    return views.made_up("exhibit", slug_of(exhibit), title, views.print(recipe.notes[key]), above)


def listed(views: Views) -> dict[str, object]:
    """All exchanges by class and code, with what the list can be narrowed to and how many there are."""
    by_code = views.library.exhibits.by_code
    classes = []
    for group in views.classes():
        codes = [card for card in group.codes if int(card.number) in by_code]
        if codes:
            shown = tuple((card, views.proofs(views.library.pages[card.name])) for card in codes)
            title = _title(group)
            toc = TocEntry(f"lab-{group.class_key}", title, tuple(map(_entry, codes)))
            classes.append((group.class_key, toc, shown))
    items = [item for _, _, shown in classes for _, of_code in shown for item in of_code]
    return {
        "page": index(views)._replace(toc=tuple(toc for _, toc, _ in classes)),
        "classes": tuple((key, toc.title, shown) for key, toc, shown in classes),
        "families": tuple(family for family in FAMILIES if any(item.family == family for item in items)),
        "counts": {"n": len(items), "codes": len(by_code), "programs": len({item.program for item in items})},
        "clients_address": views.address(CLIENTS),
    }


def of_page(views: Views, view: PageView, exhibit: Exhibit) -> dict[str, object]:
    """An exchange on a page of its own: with the cause it shows, its header fields and the others of its code."""
    of = views.library.pages[str(exhibit.recipe.code)]
    shown = views.exhibit(exhibit)
    fields = tuple(filter(None, map(views.field, shown.names)))
    others = by_program(other for other in views.proofs(of) if other.name != shown.name)
    empty = {name for name, items in (("fields", fields), ("others", others)) if not items}
    toc = (TocEntry(f"lab-{name}", views.t(f"lab.{name}", n=shown.number)) for name in _SECTIONS if name not in empty)
    return {
        "page": view._replace(toc=tuple(toc)),
        "exhibit": shown,
        "cause": views.cause(exhibit),
        "card": views.card(of),
        "siblings": views.siblings(of),
        "fields": fields,
        "others": others,
    }


def _title(group: ClassGroup) -> str:
    """A class by its key and title; numbers outside the classes have a title alone."""
    title = group.card.title if group.card else ""
    named = group.class_key in title or (group.class_key == "other" and title)
    return title if named else f"{group.class_key} {title}".strip()


def _entry(card: Card) -> TocEntry:
    return TocEntry(f"lab-{card.number}", f"{card.number} {card.title}")
