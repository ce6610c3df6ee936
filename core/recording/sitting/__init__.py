"""How a meeting stands still, goes on and ends: paused, adjourned to another day, closed, opened again."""
