"""Agendas as they went out: numbered, frozen, and each reader's copy."""
