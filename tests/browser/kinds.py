"""A page of every kind, and those of a kind that look different: what is to hold for all pages is held for these."""

KINDS = (
    "",
    "4xx/",
    "other/",
    "404/",
    "499/",
    "306/",
    "guides/glossary/",
    "guides/401-vs-403/",
    "guides/204-live-events/",
    "vendors/nginx/",
    "lab/",
    "lab/nginx-502-refused/",
    "lab/clients/",
    "search/",
    "404.html",
    "style/",
    "poster/",
    "accessibility/",
)
