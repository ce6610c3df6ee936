"""How long what is held is kept, what holds that up, and how it is erased so that it stays erased (ADR 17)."""
