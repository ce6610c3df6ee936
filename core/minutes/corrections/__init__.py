"""Corrections of approved minutes: proposed, agreed or not at the group's next meeting, minuted there (step 7)."""
