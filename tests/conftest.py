"""What holds for every test."""

pytest_plugins = ["pytester", "tests.nothing_skipped", "tests.houses"]
