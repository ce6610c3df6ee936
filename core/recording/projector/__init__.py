"""The room's screen: what everybody who is present may see, and no more."""
