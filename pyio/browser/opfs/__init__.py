"""The origin private file system (WHATWG File System Standard), and three ways to its bytes."""
