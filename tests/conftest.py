pytest_plugins = ["tests.flush", "tests.template_database", "tests.chromium", "tests.outbox"]
