"""Close each learner's day: due -> read -> summarise -> keep."""
