"""The subcommands `decide` and `replay`."""
