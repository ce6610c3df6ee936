"""How the minutes word what was recorded: by the minute-taker, in versions, while the record stays."""
