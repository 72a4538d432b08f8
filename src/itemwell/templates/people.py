"""The people of the questions. No name ends in s, so that its genitive is plain."""

from random import Random

NAMES = (
    "Aiko", "Aisha", "Amara", "Amina", "Amira", "Anouk", "Arjun", "Ben", "Bruno", "Chen",
    "Chidi", "Clara", "Dalia", "Deniz", "Diego", "Elena", "Elif", "Emil", "Farah", "Felix",
    "Femi", "Freya", "Goran", "Grace", "Greta", "Hana", "Hugo", "Ingrid", "Ivo", "Jamal", "Jin",
    "Keiko", "Kira", "Kofi", "Kwame", "Leila", "Lena", "Liam", "Malik", "Marta", "Mateo",
    "Maya", "Mei", "Nadia", "Nia", "Noor", "Olga", "Omar", "Paula", "Pedro", "Petra", "Priya",
    "Quinn", "Rafael", "Ravi", "Rosa", "Samir", "Sofia", "Tala", "Tara", "Tariq", "Tomo", "Ugo",
    "Uma", "Vera", "Viktor", "Wanda", "Wei", "Yara", "Yuki", "Yusuf", "Zara", "Zoe", "Zola",
)  # fmt: skip


def people(rng: Random, count: int) -> list[str]:
    """`count` names in no order, no two with the same initial."""
    initials = rng.sample(sorted({name[0] for name in NAMES}), count)
    return [rng.choice([name for name in NAMES if name[0] == initial]) for initial in initials]
