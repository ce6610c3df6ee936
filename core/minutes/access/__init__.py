"""A subject-access copy: what one person is given of approved minutes that are about them."""
