"""A reader's own copy: where the link of its mail leads, the document, and its opening."""
