"""Reminders: what is due soon or late, told to whoever can see to it, in one mail a day."""
