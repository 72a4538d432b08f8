"""Learners and when each was active last, from a file: read -> check -> keep."""
