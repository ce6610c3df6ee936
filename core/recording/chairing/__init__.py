"""Who is in the chair for an item: handed over, by force where the chair has an interest in it."""
