"""The agenda: reading it, building it, sending it out."""
