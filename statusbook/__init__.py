"""Statusbook: the generator of a handbook on HTTP status codes.

The floors, each importing only floors below it (``pyproject.toml`` lists them for import-linter):

5 verbs      cli; serve, check, scaffold, build
4 pipeline   pipeline (plan, parallel making), publish (atomic swap)
3 outputs    pages, search, feeds, assets; views and output below them
2 library    library
1 sources    markdown, frontmatter; outline, settings, strings, tables, yamltree; sources
0 words      model, problems
"""

__version__ = "0.1.0"
