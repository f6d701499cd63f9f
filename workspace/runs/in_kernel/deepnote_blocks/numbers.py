"""Big-number blocks: a title, a value, and what it is compared with, as JSON text."""

import json
from typing import Any


def big_number(settings: dict[str, Any]) -> str:
    """The block's output: `title` and `value`, and the comparison where it is switched on; values are text."""
    names = _names()
    shown = {
        "title": _title(settings.get("deepnote_big_number_title") or "", names),
        "value": _value(settings.get("deepnote_big_number_value") or "", names),
    }
    if settings.get("deepnote_big_number_comparison_enabled"):
        shown["comparisonTitle"] = _title(settings.get("deepnote_big_number_comparison_title") or "", names)
        shown["comparisonValue"] = _value(settings.get("deepnote_big_number_comparison_value") or "", names)
    return json.dumps(shown, ensure_ascii=False)


def _names() -> dict[str, Any]:
    from IPython import get_ipython

    names: dict[str, Any] = get_ipython().user_ns
    return names


def _title(template: str, names: dict[str, Any]) -> str:
    import jinja2

    return jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(template).render(**names)


def _value(expression: str, names: dict[str, Any]) -> str:
    """The value is a variable's name; an expression over variables works as well."""
    if not expression.strip():
        return ""
    return str(eval(expression, names))  # noqa: S307 - the notebook's own text, in the notebook's own kernel
