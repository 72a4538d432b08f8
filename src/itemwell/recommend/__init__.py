"""Tell each learner what to do next: evidence -> rules -> keep."""
