"""What every complainant and victim of a case is promised: a contact by name, updates, support offered."""
