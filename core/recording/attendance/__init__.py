"""Who is there, as the chair and the coordinator keep it."""
