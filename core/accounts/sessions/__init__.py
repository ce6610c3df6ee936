"""One's own sessions: where somebody is signed in, and ending that."""
