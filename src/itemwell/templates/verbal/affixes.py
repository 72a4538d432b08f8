"""Beginnings and endings that change the meaning of words, and words that only look so.

A line of the table is a form (`re-` is a beginning, `-er` an ending), its band, its meaning, the
words in which it means that, and words in which it does not. A star marks those of them in which it
has a meaning of its own, though another one ("overcoat"); in the rest the letters stand by chance
("reason"). Bands: in 1 and 2 the letters mostly stand by chance, the form being rarer in 2; in 3
most words are starred or have a word inside.
"""

from functools import cache
from typing import NamedTuple

AFFIXES = """
re- | 1 | again | rewrite rebuild reheat refill repaint reopen reuse reload replay regrow | reason region reptile regular recent ready
un- | 1 | not | unhappy unfair unkind untidy unsafe unwell unlucky untrue uneven | uncle under unique universe until unity
mis- | 1 | wrongly | misspell misread misjudge misplace misuse miscount mishear | mission missile mistletoe mister miser
-er | 1 | a person who | teacher baker farmer singer painter writer driver dancer builder | river finger water flower winter corner summer
-or | 1 | a person who | actor sailor inventor visitor collector inspector editor | error mirror horror corridor terror meteor
-ly | 1 | in a certain way | quickly softly bravely calmly neatly loudly gladly | family reply belly jelly supply ally
-y | 1 | having much of | rainy windy dusty salty hairy muddy rocky | city body lady pony story candy
pre- | 2 | before | preheat prepay preview preschool prepaid prehistoric | pretty pressure preach precious pretzel press
dis- | 2 | the opposite of | dislike disagree disobey disappear dishonour distrust | distance district discuss disciple distant dishcloth
im- | 2 | not | impolite impatient imperfect immature improper impure | imagine imitate *import *impress image imagination
tri- | 2 | three | triangle tricycle tripod triplet trio trident | trickle tribute triumph trickster trial trifle
bi- | 2 | two | bicycle bilingual biplane biped bifocal | bishop birthday bingo billiards bizarre bitterness
de- | 2 | remove | defrost deforest derail dethrone debug dehydrate | deliver dentist delight delicate dessert desert
-let | 2 | small | booklet piglet droplet leaflet eaglet owlet | *outlet scarlet ballet wallet toilet violet
-ist | 2 | a person busy with | artist pianist cyclist dentist florist tourist | twist wrist insist assist consist resist
-able | 2 | that can be | washable readable breakable enjoyable drinkable movable | table stable fable vegetable constable syllable timetable parable
-ish | 2 | like | childish babyish foolish boyish girlish sheepish | publish vanish polish radish finish perish
-ward | 2 | in the direction of | eastward homeward upward seaward skyward backward | reward award steward coward
over- | 3 | too much | overcook overeat oversleep overload overcrowd overspend | *overcoat *overhead *overseas *overtake *overhear *overturn
under- | 3 | too little | undercook underpay underfeed underestimate undervalue | *underground *underwater *underline undertake understand *underarm
out- | 3 | more or better than | outrun outlive outnumber outgrow outperform outsmart | *outdoors *outfit *outline *outside *outlaw *outlet
un- | 3 | to reverse an action | unlock untie unpack unfold unwrap undo unbutton | *unhappy *unfair *unkind *unwell *untrue *unsafe
in- | 3 | not | invisible incorrect inactive incomplete indirect informal | *inside *indoors *income *inland *input increase
-er | 3 | more | taller colder kinder warmer younger smaller softer | *singer *teacher *baker ladder corner hunger
-en | 3 | to make | widen sharpen darken shorten weaken deepen soften thicken | *wooden *golden *woollen *broken *chosen *hidden
-en | 3 | made of | wooden golden woollen earthen silken | *widen *sharpen *darken *broken *chosen kitten
-ship | 3 | the state of being | friendship leadership membership partnership ownership | *steamship *battleship *warship *spaceship *flagship *airship
-ful | 3 | the amount that fills | handful spoonful mouthful cupful bucketful | *careful *hopeful *peaceful *useful *painful *cheerful
-ish | 3 | rather | greenish longish reddish coldish tallish youngish | *childish *boyish *babyish publish polish vanish
-er | 3 | a thing used to | opener toaster cooker sharpener scraper fastener | *taller *warmer *kinder summer finger corner
"""


class Affix(NamedTuple):
    """A form with one of its meanings; `other` holds the words where it has another meaning."""

    form: str
    band: int
    meaning: str
    right: tuple[str, ...]
    chance: tuple[str, ...]
    other: tuple[str, ...]

    @property
    def place(self) -> str:
        return "beginning" if self.form.endswith("-") else "ending"


def read_affix(line: str) -> Affix:
    form, band, meaning, right, wrong = line.split(" | ")
    chance = tuple(word for word in wrong.split() if word[0] != "*")
    other = tuple(word[1:] for word in wrong.split() if word[0] == "*")
    return Affix(form, int(band), meaning, tuple(right.split()), chance, other)


@cache
def affixes() -> tuple[Affix, ...]:
    return tuple(map(read_affix, AFFIXES.strip().split("\n")))
