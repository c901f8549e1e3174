"""The fields of front matter, by kind of page. CONTRIBUTING.md documents every one; a test compares the two."""

from __future__ import annotations

from . import frontmatter as fm
from .frontmatter import Field
from .model import Body, Cacheable, Kind, Retry, Seen, Sender, Standing, Trust

_VENDOR = Field("vendor", fm.name)
_NOTE = Field("note", fm.text(240))

_SHARED = (
    Field("title", fm.text(80)),
    Field("summary", fm.text(240)),
    Field("keywords", fm.items(fm.text(80), 1, 120)),
    Field("updated", fm.day),
)
_SYMPTOMS = Field("symptoms", fm.items(fm.symptom), required=False, default=())
_SEE = Field("see", fm.items(fm.name))
_DRAFT = Field("draft", fm.flag, required=False, default=False)

_CODE = (
    Field("code", fm.integer(1, 999)),
    Field("phrase", fm.text(80, empty=True)),
    Field("standing", fm.choice(Standing)),
    Field("deprecated", fm.flag, required=False, default=False),
    Field("spec", fm.items(fm.section), required=False, default=()),
    Field("since", fm.since, required=False),
    Field("cacheable", fm.choice(Cacheable)),
    Field("body", fm.choice(Body)),
    Field("retry", fm.choice(Retry)),
    Field("senders", fm.items(fm.choice(Sender), 1)),
    Field(
        "vendors",
        fm.items(
            fm.record(
                _VENDOR,
                Field("name", fm.text(120), required=False, default=""),
                _NOTE,
                Field("seen", fm.choice(Seen)),
                Field("trust", fm.choice(Trust)),
                Field("source", fm.address, required=False, default=""),
            )
        ),
        required=False,
        default=(),
    ),
    _SYMPTOMS,
    _SEE,
    _DRAFT,
)
_CODE_TRANSLATED = (_SYMPTOMS, Field("vendors", fm.items(fm.record(_VENDOR, _NOTE)), required=False, default=()))

_PRODUCTS = Field("products", fm.items(fm.record(_VENDOR, Field("name", fm.text(60))), 1))

#: Front matter by kind of page: the fields of the default language's file, and those of a translation.
FIELDS: dict[Kind, tuple[tuple[Field, ...], tuple[Field, ...]]] = {
    Kind.CODE: (_SHARED + _CODE, _SHARED + _CODE_TRANSLATED),
    Kind.GUIDE: ((*_SHARED, _SEE, _DRAFT), _SHARED),
    Kind.VENDOR: ((*_SHARED, _PRODUCTS), (*_SHARED, _PRODUCTS)),
    Kind.PAGE: (_SHARED, _SHARED),
    Kind.CLASS: (_SHARED, _SHARED),
    Kind.HOME: (_SHARED, _SHARED),
}
