"""What is written under an item."""
