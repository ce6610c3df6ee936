"""The room: opening, accepting confidentiality, attendance, closing."""
