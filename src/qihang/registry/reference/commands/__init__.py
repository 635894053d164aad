"""Subcommands of `./qihang` that ask the reference tables. None needs the database."""
