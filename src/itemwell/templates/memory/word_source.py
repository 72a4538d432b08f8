"""Which word was studied, and in which list.

Hard: more words, and more lists over the same two themes, so that a word feels familiar whichever
list it was in. Typical errors: a word of another list (source confusion), and a related word that
was in no list at all (the false memories of Roediger & McDermott 1995). All options share a theme.
"""

import re
from collections import defaultdict
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.memory.study import lines
from itemwell.templates.memory.words import THEMES
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places

LISTS = {1: "one list", 2: "two lists", 3: "three lists"}


def draw(rng: Random, features: Features) -> Drawn:
    count, words = features["lists"], features["words"]
    pools = [rng.sample(THEMES[theme], 18) for theme in rng.sample(list(THEMES), 2)]
    shares = [(pools[0], (words + 1) // 2), (pools[1], words // 2)]
    lists = [[w for pool, n in shares for w in pool[n * i : n * i + n]] for i in range(count)]
    for words_of_list in lists:
        rng.shuffle(words_of_list)
    pool, n = rng.choice(shares)
    asked = rng.randrange(count)
    key = rng.choice(pool[n * asked : n * asked + n])
    slips = [
        Option(word, f"remembers the word, but it was in list {'ABC'[i]}")
        for i in range(count)
        if i != asked
        for word in rng.sample(pool[n * i : n * i + n], 2 // (count - 1))
    ]
    slips += [Option(word, "takes a related word for a studied one") for word in pool[n * count :]]
    return Drawn(
        stem=stem(count, asked),
        key=Option(key),
        distractors=distinct(Option(key), slips),
        explanation=explanation(lists[asked], key, heading(count, asked)),
        stimulus=Stimulus("\n\n".join(block(lists, i) for i in range(count))),
    )


def heading(count: int, i: int) -> str:
    return "Word list" if count == 1 else f"List {'ABC'[i]}"


def block(lists: list[list[str]], i: int) -> str:
    """One list as it is studied."""
    return "\n".join([heading(len(lists), i), *(f"- {word}" for word in lists[i])])


def stem(count: int, asked: int) -> str:
    if count == 1:
        return "Which of these words was in the list you studied?"
    return f"You studied {LISTS[count]} of words. Which of these words was in list {'ABC'[asked]}?"


def explanation(words: list[str], key: str, title: str) -> str:
    return f'{title}: {", ".join(words)}. Of the options only "{key}" was in it.'


def solve(posed: Posed) -> list[int]:
    """The options that stand under the heading asked for."""
    headings = defaultdict(set)
    title = ""
    for line in lines(posed):
        if line.startswith("- "):
            headings[line[2:]].add(title)
        else:
            title = line
    named = re.search(r"\bin list ([A-Z])\b", posed.stem)
    wanted = f"List {named[1]}" if named else "Word list"
    return right_places(posed, lambda word: wanted in headings[word])


MODEL = ItemModel(
    name="memory.word_source",
    asks="Tell a studied word from related words and from the words of other lists.",
    levels={
        "easy": {"lists": 1, "words": 6},
        "medium": {"lists": 2, "words": 6},
        "hard": {"lists": 3, "words": 7},
    },
    draw=draw,
    solve=solve,
)
