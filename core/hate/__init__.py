"""Hate incidents: flagged by anybody's perception, and each reported to the partnership [000 §8]."""
