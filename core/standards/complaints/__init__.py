"""The way to complain about each agency, and about the partnership, in its own words."""
