"""What becomes of an item: taken up, heard, carried forward, removed; urgent cases."""
