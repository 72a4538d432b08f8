"""The one door to language models: ask -> journal -> budget -> pace -> vendor -> reply.

A model is a function of an `Ask`, a wrapped model is a function of a function, and the order matters:

    model = failover([patient(journalled(journal, within(ledger, prices, connect(key, name))))])

`patient` stands outside, so that each of its tries is looked up, reserved, settled and journalled by
itself: what a retry cost is never lost in a sum. `journalled` stands outside `within`, so that an
answer found in the journal reserves nothing, and a new one is written with its price; `paced`, where
a vendor's limits are known, goes between the two, so that nothing is reserved while it waits.
`failover` takes the patient models of several vendors in order.
"""
