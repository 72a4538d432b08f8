"""By the vendors' batches: asks wait in the outbox -> handed in -> collected into the journal -> the same pass."""
