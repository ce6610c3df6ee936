"""The append-only audit chain (docs/domain.md, "The trail")."""

from core.audit.trail import (
    Category,
    Head,
    Origin,
    Record,
    anchor,
    append,
    described,
    head,
    keep_anchor,
    origin,
    record,
)

__all__ = [
    "Category",
    "Head",
    "Origin",
    "Record",
    "anchor",
    "append",
    "described",
    "head",
    "keep_anchor",
    "origin",
    "record",
]
