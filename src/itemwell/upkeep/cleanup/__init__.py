"""Delete what is old and not in use: count -> archive -> delete -> vacuum.

Never more of a table within a day than its cap, whatever the clock, the policy or a kill says: each
batch is one transaction that deletes and writes down how many it deleted.
"""
