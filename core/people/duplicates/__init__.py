"""Records that may be of one person: what proposes them, and what was decided of them."""
