"""Chart outputs as SVG. A chart that would fetch something is not drawn: it may only show the data it carries."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

LARGEST = 8 * 1024 * 1024
THUMBNAIL, WIDTH, HEIGHT = 200, 620, 280
EMPTY = '<svg xmlns="http://www.w3.org/2000/svg" width="420" height="60"><text x="10" y="35" font-family="sans-serif" fill="#777">{}</text></svg>'


def drawn(spec: Mapping[str, Any]) -> str:
    """The chart as SVG, or a small picture that says why there is none."""
    text = json.dumps(spec)
    if len(text) > LARGEST:
        return EMPTY.format("This chart holds too much data to be drawn here.")
    if _fetches(spec):
        return EMPTY.format("This chart loads data from an address; it is not drawn here.")
    try:
        return _draw(json.dumps(_roomy(spec)))
    except ValueError:
        return EMPTY.format("This chart cannot be drawn.")


def _roomy(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """Charts come out in the size of a thumbnail unless their author chose another: those get the width of the page."""
    width, height = spec.get("width"), spec.get("height")
    if not isinstance(width, (int, float)) or width > THUMBNAIL or "layout" in spec:
        return spec
    tall = isinstance(height, (int, float)) and height > THUMBNAIL
    return {**spec, "width": WIDTH, **({} if tall else {"height": HEIGHT}), "autosize": {"type": "pad"}}


@lru_cache(maxsize=64)
def _draw(text: str) -> str:
    import vl_convert

    draw = (
        vl_convert.vegalite_to_svg
        if "vega-lite" in json.loads(text).get("$schema", "")
        else vl_convert.vega_to_svg
    )
    svg: str = draw(text, allowed_base_urls=[])
    return svg


def _fetches(value: Any) -> bool:
    """Whether a specification names an address anywhere that data, pictures or links may come from."""
    if isinstance(value, dict):
        return any(name in {"url", "href"} for name in value) or any(map(_fetches, value.values()))
    if isinstance(value, list):
        return any(map(_fetches, value)) if value and not isinstance(value[0], (int, float, str)) else False
    return False
