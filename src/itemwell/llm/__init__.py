"""The one door to language models: ask -> journal -> gate -> budget -> pace -> vendor -> reply.

A model is a function of an `Ask`, a wrapped model is a function of a function, and the order matters:

    one = paced(pace, patient(journalled(journal, within(ledger, prices, connect(key, name))), gate=gate))
    model = recalled(journal, failover([one, another]))

`patient` stands outside, so that each of its tries is reserved, settled and journalled by itself:
what a retry cost is never lost in a sum. Its `gate` bounds the calls under way: nothing is reserved
while one waits for a place, and whether the vendor is still well is asked once it has one. `paced`
stands outside of that: nobody holds a place, or is timed, while it waits for its turn.
`journalled` stands outside `within`, so that an outcome is written with its price. `failover` takes
the patient models of several vendors in order. `recalled` stands outside of all: what any of them
answered before is neither asked nor paid for again.
"""
