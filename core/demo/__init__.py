"""A demonstration partnership: invented books, and the story of what its people have done and are doing."""

DOMAIN = "northbridge.example"
"""The end of every address of its people. Their password is in the source: no production may have such an account."""
