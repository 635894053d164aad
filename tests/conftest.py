pytest_plugins = ["tests.flush"]
