"""People, and the writing of lists. No name ends in s, so that its genitive is plain."""

from collections.abc import Sequence
from random import Random

NAMES = [
    "Aiko",
    "Amina",
    "Ana",
    "Arjun",
    "Ben",
    "Chen",
    "Clara",
    "Dani",
    "Diego",
    "Elif",
    "Emil",
    "Farah",
    "Femi",
    "Grace",
    "Hana",
    "Ivan",
    "Jamal",
    "Kofi",
    "Lena",
    "Leo",
    "Malik",
    "Mei",
    "Nadia",
    "Nia",
    "Noah",
    "Olga",
    "Omar",
    "Paula",
    "Priya",
    "Rafael",
    "Rosa",
    "Sami",
    "Sara",
    "Tariq",
    "Tomo",
    "Uma",
    "Vera",
    "Wei",
    "Yara",
    "Yusuf",
    "Zoe",
]


def people(rng: Random, count: int) -> list[str]:
    """`count` different names."""
    return rng.sample(NAMES, count)


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *rest, last = parts
    return f"{', '.join(rest)} and {last}" if rest else last
