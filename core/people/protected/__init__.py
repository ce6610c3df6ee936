"""Protected addresses: read by named agencies alone, in no document, and not typed anywhere by oversight."""
