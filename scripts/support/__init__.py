"""Code shared by the programs and the tests: environment, runtime, server, wheel."""
