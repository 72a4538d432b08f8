"""What looks after the bank and its jobs: monitor, metrics, health, cleanup."""
