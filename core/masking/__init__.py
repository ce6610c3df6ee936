"""Masking words in what one person is given: finding third parties and sources, and cutting texts. Pure."""
