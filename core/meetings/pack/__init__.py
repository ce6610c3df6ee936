"""The research pack of a meeting: on paper what agencies are asked, and for those who lead the group what they said."""
