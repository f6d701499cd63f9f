"""What a suite run leaves: a report as JSON, a table, JUnit for a build server, and one page for people."""
