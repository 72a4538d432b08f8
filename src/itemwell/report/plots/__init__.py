"""The plots of the report: part of the document -> inline SVG. Pure; matplotlib is imported here alone."""

import logging

logging.getLogger("matplotlib").setLevel(
    logging.ERROR
)  # or it warns of a home that cannot be written
