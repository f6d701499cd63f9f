"""A notebook workspace with the hosted contract: projects, notebooks, blocks, integrations, runs, articles, and 19 tools over them.

Reached as an MCP client would reach it; `workspace.embedded.open_workspace` opens one inside this process.
"""

__all__ = ["embedded", "errors"]
