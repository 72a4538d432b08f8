"""The plots of the report: part of the document -> inline SVG. Pure; matplotlib is imported here alone."""
