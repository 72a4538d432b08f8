"""Questions in files: a module a format, each with `read(file, assumed)` and `write(file, questions)`.

To add one: write the module, and name it in `formats.FORMATS` with what it cannot carry.
"""
