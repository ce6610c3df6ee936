"""Agencies of a partnership, and their signatures of the Information Sharing Protocol."""
