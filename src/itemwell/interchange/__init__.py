"""Questions in files: a module a format, each with `read(file)` and `write(file, questions)`.

To add one: write the module, and name it in `itemwell.cli.questions.FORMATS`.
"""
