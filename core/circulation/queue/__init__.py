"""The outbox as those see it who answer for it: what waits, how long, what failed, and whether anybody sends it."""
