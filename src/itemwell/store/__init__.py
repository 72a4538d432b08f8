"""Postgres, the bank: tables, reads and writes by noun, runs, the embedded server.

All SQL is here. What leaves is a noun of `itemwell.bank` or a plain value, never a row.
"""
