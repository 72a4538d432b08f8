"""What other machines are told: pings of a dead-man service, and alerts by mail, Slack and webhook.

Telling is never in the way: all of it together takes SECONDS at the most, follows no redirect, reads
little of an answer, and changes neither result nor status. What is said has no secret in it.
"""

SECONDS = 5.0
