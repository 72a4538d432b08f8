"""Refit the item parameters: due -> load -> fit -> link -> check -> publish."""
