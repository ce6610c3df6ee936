"""Putting two records of one person together, and apart again: docs/adr/0016-one-person-two-records.md."""
