"""Registered providers of pathways."""
