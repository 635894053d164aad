"""Starts things: the parts behind `./qihang up`, `test`, `manage` and `lock`."""
