"""Groups of a partnership: members, area, closing."""
