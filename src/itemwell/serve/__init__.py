"""A small HTTP service: ask, claim, look. Long work is queued, and done by run-due and workers."""
