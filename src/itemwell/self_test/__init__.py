"""The fault table against the built-in double: row -> a run of `generate` -> what differs."""
