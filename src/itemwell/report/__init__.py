"""The report: read (store) -> figures -> plots -> page -> write. And the status, of the same figures."""
