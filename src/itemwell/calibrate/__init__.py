"""Refit the item parameters: due -> load -> fit -> link -> check -> publish."""

from itemwell.calibrate.due import should_run_calibration

__all__ = ["should_run_calibration"]
