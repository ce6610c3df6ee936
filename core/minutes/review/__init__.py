"""The chair reads the minutes through, sends them back or approves them."""
