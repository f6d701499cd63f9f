"""What a model call costs, from a dated table; None where no price is known, never a guess.

`python -m agents.prices` prints the table.
"""

import argparse
import functools
import re
import sys
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

TABLE = Path(__file__).parent / "prices.yaml"


class Price(BaseModel):
    """US dollars for a million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float
    cached: float
    """Input read from the provider's cache."""
    output: float
    written: float | None = None
    """Input written to the provider's cache, where that costs more than plain input."""

    def dollars(self, *, input: int, output: int, cached: int = 0, written: int = 0) -> float:
        """The cost of one call; `cached` and `written` are parts of `input`."""
        plain = input - cached - written
        rate_written = self.input if self.written is None else self.written
        total = plain * self.input + cached * self.cached + written * rate_written + output * self.output
        return total / 1e6


class Prices(BaseModel):
    """The table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: str
    models: dict[str, dict[str, Price]]


@functools.cache
def table() -> Prices:
    return Prices.model_validate(yaml.safe_load(TABLE.read_text(encoding="utf-8")))


def price_of(provider: str, model: str) -> Price | None:
    """The price of a model or of a dated snapshot of it."""
    known = table().models.get(provider, {})
    return known.get(model) or known.get(re.sub(r"-(latest|\d{8}|\d{4}-\d{2}-\d{2})$", "", model))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m agents.prices",
        description="List prices that a run's cost is counted with, in US dollars for a million tokens. A model that is not listed has no cost told.",
    )
    parser.add_argument("provider", nargs="?", choices=sorted(table().models), help="only this one")
    provider = parser.parse_args(argv).provider
    sys.stdout.write(f"as of {table().as_of}\n{'model':34}{'input':>9}{'cached':>9}{'output':>9}\n")
    for name, models in table().models.items():
        if provider in (None, name):
            sys.stdout.writelines(
                f"{f'{name}:{model}':34}{price.input:>9.3f}{price.cached:>9.3f}{price.output:>9.2f}\n"
                for model, price in models.items()
            )
    return 0


__all__ = ["Price", "price_of", "table"]


if __name__ == "__main__":
    sys.exit(main())
