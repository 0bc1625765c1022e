def pytest_addoption(parser):
    parser.addoption("--write", action="store_true", help="write docs/conformance.md")
