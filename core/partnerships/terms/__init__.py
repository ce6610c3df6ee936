"""Terms: the clocks of a partnership and of its groups."""
