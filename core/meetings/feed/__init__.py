"""A person's calendar feed: an address of their own that shows their meetings, and names nobody."""
