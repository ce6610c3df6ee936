"""The full copy of approved minutes, for the chair and the coordinator."""
