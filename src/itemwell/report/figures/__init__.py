"""The figures of the report: what was read -> one document of plain values. Pure.

The document is the one source of every number: `--json` prints it, the plots draw it, the page shows it.
"""
