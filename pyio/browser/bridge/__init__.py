"""The bridge: a web worker calls functions of its page."""
