"""Putting together what is held about a person: a fixed number of queries, however much that is."""
