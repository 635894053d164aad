"""The embedded PostgreSQL: a wheel's programs under our own supervisor, shared by all commands of a data folder."""
