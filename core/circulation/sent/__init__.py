"""What went out about a meeting, how it stands with each recipient, and what can be done about it."""
