"""Countersigning: each person puts their own name to the Information Sharing Protocol that their agency signed."""
