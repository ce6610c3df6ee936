"""Research before a meeting: what agencies are asked, and their returns."""
