"""Arguments and results of the 19 tools: camelCase on the wire, snake_case here. What the hosted server leaves unsaid is decided here."""
