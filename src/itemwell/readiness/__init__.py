"""Can the bank carry an adaptive test? read -> assess -> keep with the run."""
