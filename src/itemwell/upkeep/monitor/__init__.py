"""Tell operators what is wrong: read -> rules -> note -> tell.

A rule is a pure function of figures and limits, and yields alerts. What it yields is open, what it
yields no more is resolved: one message when it comes, one when it is well again.
"""
