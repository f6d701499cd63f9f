"""The fixed ids of the demo: derived from names, so that the same thing has the same id in every demo workspace."""

import uuid

NAMESPACE = uuid.UUID("6f1c1a52-3f0e-4b7e-9a55-0a4f4f6f7d10")


def demo_id(name: str) -> str:
    return str(uuid.uuid5(NAMESPACE, name))


MARKET = demo_id("integration:Market data")
LABOUR = demo_id("integration:Labour statistics")
REFERENCE = demo_id("integration:Sector reference")
WAREHOUSE = demo_id("integration:Snowflake warehouse")


def notebook_id(project: str, name: str) -> str:
    return uuid.uuid5(NAMESPACE, f"notebook:{project}/{name}").hex
