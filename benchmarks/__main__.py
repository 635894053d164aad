"""`python -m benchmarks NAME [size]`, as `./qihang bench` starts it: runs one and prints its table, then its JSON."""

import importlib
import json
import sys

import django

django.setup()
_, name, *size = sys.argv
benchmark = importlib.import_module(f"benchmarks.{name}")
result = benchmark.run(*map(int, size))
print(benchmark.table(result))
print(json.dumps(result))
