"""Actions-out: what each agency undertook, told to whoever owns it (docs/domain.md, step 7)."""
