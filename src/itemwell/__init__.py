"""Itemwell keeps an assessment's question bank full, fresh and calibrated, on a schedule."""

__version__ = "0.1.0"
