"""The Model Context Protocol, tools only, in two revisions; knows nothing of notebooks and imports no SDK."""

from workspace.protocol.core import Answer, Core, Offer
from workspace.protocol.messages import LEGACY_VERSIONS, MODERN_VERSIONS, Refusal, Reply

__all__ = ["LEGACY_VERSIONS", "MODERN_VERSIONS", "Answer", "Core", "Offer", "Refusal", "Reply"]
