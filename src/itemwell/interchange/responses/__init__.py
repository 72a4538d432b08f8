"""Answers in files: lines -> raw columns -> columns that the bank takes, and what was refused.

A format is a module with `read(file, ...)` that yields `Raw`; `FORMATS` in `sniff.py` names it. What a
cell means is said in `cells.py`, once for all formats.
"""
