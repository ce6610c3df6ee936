"""A new password for somebody who forgot theirs, asked for on a page and mailed to the account's own address."""
