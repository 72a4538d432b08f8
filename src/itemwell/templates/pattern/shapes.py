"""The shapes and shadings that can be told in words."""

SHAPES = ("circle", "square", "triangle", "star", "hexagon", "diamond", "cross", "arrow")
SHADINGS = ("black", "white", "grey", "striped", "dotted")


def plural(shape: str) -> str:
    """Write the name of several.

    >>> plural("star"), plural("cross")
    ('stars', 'crosses')
    """
    return shape + ("es" if shape.endswith("s") else "s")


SINGULARS = {form: shape for shape in SHAPES for form in (shape, plural(shape))}
"""What one shape is called, by what one or several are called."""
