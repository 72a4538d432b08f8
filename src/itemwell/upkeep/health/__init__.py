"""Is each part well? look -> judge -> keep."""
