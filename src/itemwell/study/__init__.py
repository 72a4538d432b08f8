"""Bring in what learners study: read -> check -> keep."""
