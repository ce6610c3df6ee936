"""A demonstration partnership: invented books, and the story of what its people have done and are doing."""
