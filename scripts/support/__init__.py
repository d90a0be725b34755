"""What the programs and the tests share: the environment, the runtime, the server, the wheel."""
