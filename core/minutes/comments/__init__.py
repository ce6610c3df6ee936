"""What the chair remarks on the minutes, and what was done about it."""
