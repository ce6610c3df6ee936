"""Who was told what, on which lawful basis and for what; and what somebody agreed to who gave it in a complaint."""
