"""The subcommands of `roundtable`, a module per subject."""
