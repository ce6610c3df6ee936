"""What the partnership reports: counts, without a name."""
