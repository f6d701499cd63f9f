"""From a SQL template to a statement and its values: what a notebook's variables hold is bound, never pasted."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import jinja2.runtime

_MARK = re.compile("\x00(\\d+)\x00")
_SPANS = re.compile(r"""--[^\n]*|/\*.*?\*/|"(?:[^"]|"")*"|'(?:[^']|'')*'""", re.DOTALL)
"""Comments, quoted names and quoted texts, one after the other: a quote inside one of them opens no other."""


class SqlError(Exception):
    """The SQL block cannot be run as it is written; the message says what to change."""


class Statement(NamedTuple):
    """SQL in the driver's own parameter style, with the values in order."""

    text: str
    values: list[Any]
    named: bool

    def arguments(self) -> Any:
        """What a driver takes beside the text; None leaves `%` in the text alone."""
        if not self.values:
            return None
        return {f"p{at}": value for at, value in enumerate(self.values)} if self.named else tuple(self.values)


class _Raw(str):
    """Text that is part of the statement: placeholders already made, or `sqlsafe` by the author's word."""


def bind(template: str, names: dict[str, Any], style: str) -> Statement:
    """Renders `{{ … }}` and `{% … %}` over the notebook's variables; `style` is a DB-API paramstyle.

    `{{ value }}` is one parameter, `{{ values | inclause }}` a parenthesised list of them, and `{{ name | sqlsafe }}`
    the one way to place text in the statement itself. An undefined name raises SqlError.
    """
    if "{{" not in template and "{%" not in template and "{#" not in template:
        return Statement(template, [], False)
    values: list[Any] = []
    rendered = _render(template, names, values)
    if any(span[0][0] == "'" and _MARK.search(span[0]) for span in _SPANS.finditer(rendered)):
        raise SqlError("{{ … }} stands inside quotes; write it without them: the value is bound, not pasted")
    ordered: list[Any] = []
    if style in ("format", "pyformat"):
        rendered = rendered.replace("%", "%%")

    def place(mark: re.Match[str]) -> str:
        ordered.append(values[int(mark[1])])
        at = len(ordered) - 1
        return {
            "qmark": "?",
            "format": "%s",
            "pyformat": f"%(p{at})s",
            "named": f":p{at}",
            "numeric": f":{at + 1}",
            "numeric_dollar": f"${at + 1}",
        }[style]

    text = _MARK.sub(place, rendered)
    if not ordered and style in ("format", "pyformat"):
        text = text.replace("%%", "%")
    return Statement(text, ordered, style in ("pyformat", "named"))


def _render(template: str, names: dict[str, Any], values: list[Any]) -> str:
    import jinja2

    def parameter(value: Any) -> _Raw:
        values.append(native(value))
        return _Raw(f"\x00{len(values) - 1}\x00")

    @jinja2.pass_context
    def every_expression(_: jinja2.runtime.Context, value: Any) -> str:
        if isinstance(value, jinja2.Undefined):
            value._fail_with_undefined_error()
        return value if isinstance(value, _Raw) else parameter(value)

    def inclause(items: Any) -> _Raw:
        if isinstance(items, (str, bytes)):
            raise SqlError("inclause takes a list of values, not a text")
        listed = list(items)
        if not listed:
            return _Raw("(NULL)")
        return _Raw("(" + ", ".join(parameter(item) for item in listed) + ")")

    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        finalize=every_expression,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters |= {"inclause": inclause, "sqlsafe": lambda text: _Raw(text), "bind": parameter}
    visible = {name: value for name, value in names.items() if not name.startswith("_")}
    try:
        return environment.from_string(template.replace("\x00", "")).render(visible)
    except jinja2.UndefinedError as wrong:
        raise SqlError(f"{wrong.message}: no block before this one defines it") from None
    except jinja2.TemplateSyntaxError as wrong:
        raise SqlError(f"line {wrong.lineno}: {wrong.message}") from None


def native(value: Any) -> Any:
    """What a database driver takes: numpy and pandas scalars become Python's, missing becomes None."""
    if value is None or isinstance(value, (str, bytes, bool, int)):
        return value
    if isinstance(value, float):
        return None if math.isnan(value) else float(value)
    if hasattr(value, "to_pydatetime"):
        return None if str(value) == "NaT" else value.to_pydatetime()
    if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        return native(value.item())
    if hasattr(value, "tolist"):
        return native(value.tolist())
    if isinstance(value, (list, tuple)):
        return [native(item) for item in value]
    return None if str(value) in ("<NA>", "NaT") else value
