"""What the gates are worth: accepted questions -> mutants -> check, solve, judge, each -> findings."""
