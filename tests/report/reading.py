"""How a reader of the page comes by its numbers, and where in the document they are."""

import re

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?|½")


def read(shown):
    """The first number that a reader sees, and half of its last digit."""
    return numbers_in(shown)[0]


def numbers_in(shown):
    """Each number that a reader sees, and half of its last digit."""
    plain = shown.replace("\N{MINUS SIGN}", "-").replace(",", "").replace("$", "")
    found = []
    for each in NUMBER.finditer(plain):
        scale = 100 if plain[each.end() :].startswith("%") else 1
        digits = len(each[0].partition(".")[2])
        number = 0.5 if each[0] == "½" else float(each[0])
        found.append((number / scale, (0.5 * 10**-digits + 1e-9) / scale))
    return found


def path_of(figure):
    """The whole path of an element's number."""
    path = figure.get("data-figure")
    ground = figure.xpath("string(ancestor::*[@data-figures][1]/@data-figures)")
    return ground + path if path.startswith(".") else path
