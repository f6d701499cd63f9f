"""What all arguments and results share: names on the wire, strictness, texts that every database can hold, and pages."""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic.alias_generators import to_camel

MOST_CONTENT = 1_000_000
"""Characters in one block."""


class Arguments(BaseModel):
    """What a tool is called with. Unknown fields and values of another type are refused."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        extra="forbid",
        strict=True,
        frozen=True,
        use_attribute_docstrings=True,
    )


class Result(BaseModel):
    """What a tool gives back, or a part of it."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        frozen=True,
        use_attribute_docstrings=True,
    )


def storable(text: str) -> str:
    """The text itself; raises ValueError for what a database or a file cannot hold."""
    if "\x00" in text:
        raise ValueError("holds a NUL character, which cannot be stored")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("holds half of a character (a lone surrogate), which cannot be stored") from None
    return text


def _name(text: str) -> str:
    text = storable(text).strip()
    if not text:
        raise ValueError("is empty")
    if any(character < " " or character == "\x7f" for character in text):
        raise ValueError("holds line breaks or control characters; a name is one line")
    return text


Id = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(storable)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_name)]
Text = Annotated[str, StringConstraints(max_length=MOST_CONTENT), AfterValidator(storable)]
Filter = Annotated[str, StringConstraints(max_length=255), AfterValidator(storable)]
PageToken = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(storable)]
PageSize = Annotated[int, Field(ge=1, le=100)]


Moment = AwareDatetime
"""UTC, as `2026-01-31T09:00:00.123456Z`."""
Json = dict[str, Any]


class Pagination(Result):
    page_size: int
    next_page_token: str | None
    """Give it back as pageToken, with the same other arguments, for the next page; null at the end."""
    has_more: bool


class PageArguments(Arguments):
    page_token: PageToken | None = None
    """nextPageToken of the page before; it goes with the same other arguments only."""
