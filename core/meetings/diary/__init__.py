"""The diary: series, single meetings, moving and cancelling them."""
