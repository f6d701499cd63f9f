"""list_docs and get_doc."""

from workspace.contract.shapes import Arguments, Id, Moment, Result


class ListDocsArguments(Arguments):
    pass


class ArticleLine(Result):
    title: str
    slug: str
    description: str


class Section(Result):
    title: str
    articles: list[ArticleLine]


class ListDocsResult(Result):
    sections: list[Section]


class GetDocArguments(Arguments):
    slug: Id
    """The article's slug, as list_docs gives it."""


class GetDocResult(Result):
    slug: str
    title: str
    section: str
    content: str
    """The body, in Markdown."""
    updated_at: Moment | None
