"""Sentences that follow from one another, because each takes up the thing the last one introduced.

A line of `LINKS` is a thing, a sentence about it ("the key") that introduces a next thing ("a
chest"), and that next thing. `KINDS` gives the general word by which a thing can be taken up
instead: first "a robin", then "the bird"; behind the bar, what else a reader could take it to mean.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from random import Random
from typing import NamedTuple

from itemwell.templates.people import NAMES

OPENINGS = (
    "{name} told the class a story about {thing}.",
    "Last night {name} dreamt of {thing}.",
    "{name} has written a tale about {thing}.",
    "{name} remembers hearing about {thing}.",
)

LINKS = """
baker | The baker lived above a library. | library
barn | In the barn stood a piano. | piano
barn | The barn was struck by a storm. | storm
basket | In the basket sat a kitten. | kitten
basket | Under a cloth in the basket was a cake. | cake
bell | The bell was cast from a cannon. | cannon
bicycle | The bicycle was leaning against a wall. | wall
birch | The birch fell across a railway. | railway
blacksmith | The blacksmith lived in a cottage near the forest. | cottage
bridge | In the shade of the bridge slept a cat. | cat
cake | The cake was to be topped with a pear. | pear
camel | The camel was carrying a basket. | basket
cannon | The cannon had once defended a harbour. | harbour
canoe | The canoe was drifting towards an island. | island
carpenter | The carpenter was known to everyone for owning a parrot. | parrot
castle | Beneath the castle there was a cave. | cave
castle | The castle was guarded by a dragon. | dragon
cat | The cat had brought home a trout. | trout
cave | At the back of the cave lay a chest. | chest
chest | Deep inside the chest lay a map. | map
chest | Under some blankets in the chest was a violin. | violin
clock | On top of the clock stood a photograph. | photograph
clock | The clock had been made by a blacksmith. | blacksmith
coin | The coin bore the head of a king. | king
concert | The concert ended with a song. | song
concert | The concert took place in a castle. | castle
costume | The costume is meant for a play. | play
cottage | Behind the cottage ran a stream. | stream
cottage | On one side of the cottage there was a garden. | garden
crown | The crown is decorated with a ruby. | ruby
cup | The cup had been filled by a waiter. | waiter
dentist | The dentist was travelling to a wedding. | wedding
dog | The dog was following a shepherd. | shepherd
dragon | The dragon lives in a cave. | cave
drawer | The drawer was empty but for an envelope. | envelope
drawing | The drawing showed a camel. | camel
envelope | The envelope held nothing except a ticket. | ticket
farmer | The farmer was given a bicycle as a prize. | bicycle
ferry | The ferry was carrying a lorry. | lorry
fire | Above the fire hung a kettle. | kettle
fountain | The fountain was shaped like a whale. | whale
garden | At the far end of the garden grew an oak. | oak
garden | In one corner of the garden stood a fountain. | fountain
harbour | At the far end of the harbour stood a lighthouse. | lighthouse
harbour | In the harbour lay a ferry. | ferry
hedge | On the other side of the hedge was a path. | path
hill | From the hill one can see a town. | town
hill | On top of the hill stood a mill. | mill
hut | The hut could be reached only by a ladder. | ladder
island | On the highest point of the island stood a lighthouse. | lighthouse
jacket | In a pocket of the jacket there was a recipe. | recipe
key | The key fitted a chest in the cellar. | chest
king | The king had lost a crown. | crown
kitten | The kitten was playing with a ribbon. | ribbon
ladder | The ladder was leaning against a wall. | wall
lake | Beside the lake stood a cottage. | cottage
lake | In the middle of the lake was an island. | island
letter | The letter came from a village far away. | village
letter | With the letter came a key. | key
library | In the library hung a painting. | painting
library | The library was lending out a telescope. | telescope
lighthouse | The lighthouse had been repaired by a carpenter. | carpenter
lorry | The lorry was delivering a piano. | piano
map | On the map someone had marked a valley. | valley
map | The map showed the way to a lake. | lake
market | At one end of the market there is a stall. | stall
market | Somebody at the market was selling a parrot. | parrot
mill | The mill had been turned into a museum. | museum
monk | The monk was walking with a dog. | dog
museum | The museum had been robbed by a thief. | thief
museum | The museum is proud of a crown. | crown
nest | The nest was well hidden in a hedge. | hedge
net | The net was lying in a canoe. | canoe
notebook | The notebook had a drawing on its cover. | drawing
nurse | The nurse was riding a bicycle. | bicycle
oak | High up in the oak a child had built a hut. | hut
orchard | The orchard had been planted by a monk. | monk
orchestra | The orchestra gave its first concerts in a barn. | barn
painting | The painting showed a valley. | valley
parcel | The parcel contained a clock. | clock
parrot | The parrot had been brought home by a sailor. | sailor
parrot | The parrot had once escaped through a window. | window
path | The path ended at a river. | river
path | The path led to a well. | well
pear | The pear had to come from an orchard in the south. | orchard
photograph | The photograph showed a team. | team
piano | The piano had been bought by a baker. | baker
pigeon | The pigeon was carrying a letter. | letter
play | The play is about a dragon. | dragon
poster | The poster announced a race. | race
queen | The queen had ruled from a castle. | castle
race | The race was won by a farmer. | farmer
railway | The railway led to a harbour. | harbour
recipe | The recipe was for a cake. | cake
ribbon | The ribbon had come off a parcel. | parcel
river | Beside the river stood a tent. | tent
robin | The robin was building a nest. | nest
ruby | The ruby was once stolen by a thief. | thief
sailor | The sailor had spent years looking for a ship. | ship
sailor | The sailor often wrote about an island. | island
shepherd | The shepherd was on the way to a hill. | hill
ship | The ship had been named after a queen. | queen
song | The song told of a sailor. | sailor
stall | Someone at the stall was holding a poster. | poster
stall | The stall is run by a tailor. | tailor
storm | The storm uprooted a birch. | birch
stream | Where it was narrowest, the stream was crossed by a bridge. | bridge
suitcase | The suitcase belonged to a dentist. | dentist
tailor | The tailor is sewing a costume. | costume
teacher | The teacher used to play in an orchestra. | orchestra
team | The team had travelled there on a ferry. | ferry
team | The team was holding up a cup. | cup
telescope | The telescope was standing at a window. | window
telescope | Through the telescope one could see a comet. | comet
tent | In the tent slept a shepherd. | shepherd
tent | Outside the tent burned a fire. | fire
thief | The thief got away with a painting. | painting
thief | The thief was caught by a nurse. | nurse
ticket | The ticket was for a concert that evening. | concert
tower | At the top of the tower hangs a bell. | bell
town | In the old part of the town is a library. | library
town | The town is famous for a tower. | tower
trout | The trout had been caught in a net. | net
valley | Through the valley flowed a river. | river
village | Close to the village was a lake. | lake
village | In the village there was a market. | market
violin | The violin had been repaired by a teacher. | teacher
waiter | The waiter was standing beside a fountain. | fountain
wall | Along the top of the wall walked a pigeon. | pigeon
wedding | The wedding was to be held in a mill. | mill
well | At the bottom of the well lay a coin. | coin
whale | The whale was following a ship. | ship
window | From the window you could look down on a garden. | garden
window | On the sill of the window sat a robin. | robin
"""

KINDS = """
bird: robin parrot pigeon
tree: oak birch
fish: trout | whale
animal: cat dog camel kitten | robin parrot pigeon trout whale dragon
stone: ruby
instrument: violin piano | bell telescope
building: cottage lighthouse castle mill barn library tower museum | hut well stall bridge
vehicle: lorry bicycle | ship ferry canoe railway
vessel: ship ferry canoe | cup kettle basket
fruit: pear
picture: photograph painting drawing | poster map
outfit: costume | jacket
message: letter | poster envelope ticket notebook recipe
contest: race
ruler: queen king
creature: dragon whale | robin parrot pigeon trout cat dog camel kitten
tune: song | concert
box: chest | parcel basket drawer suitcase
"""


class Step(NamedTuple):
    """A sentence that takes up `thing` and introduces `introduces`."""

    thing: str
    sentence: str
    introduces: str


@cache
def steps() -> dict[str, tuple[Step, ...]]:
    """The sentences about each thing; none for a thing that only ends stories."""
    found: dict[str, list[Step]] = defaultdict(list)
    for line in LINKS.strip().split("\n"):
        step = Step(*line.split(" | "))
        found[step.thing].append(step)
    return {thing: tuple(about) for thing, about in found.items()}


@cache
def kind_of() -> dict[str, str]:
    """The general word for each thing that has one."""
    rows = (line.partition(" | ")[0].split(": ") for line in KINDS.strip().split("\n"))
    return {thing: kind for kind, things in rows for thing in things.split()}


@cache
def meanings() -> dict[str, frozenset[str]]:
    """All things that each general word could mean."""
    rows = (line.replace(" | ", " ").split(": ") for line in KINDS.strip().split("\n"))
    return {kind: frozenset(things.split()) for kind, things in rows}


def with_article(thing: str) -> str:
    return f"an {thing}" if thing[0] in "aeiou" else f"a {thing}"


def follow(rng: Random, count: int) -> list[Step]:
    """So many steps one after the other, no thing twice; [] where the way ends before."""
    path = [rng.choice(rng.choice(list(steps().values())))]
    while len(path) < count:
        seen = {path[0].thing, *(step.introduces for step in path)}
        onward = [
            step for step in steps().get(path[-1].introduces, ()) if step.introduces not in seen
        ]
        if not onward:
            return []
        path.append(rng.choice(onward))
    return path


def can_be_general(step: Step, path: Sequence[Step]) -> bool:
    """Whether the thing is the only one of the story that its general word could mean."""
    kind = kind_of().get(step.thing)
    things = {path[0].thing, *(other.introduces for other in path)}
    return kind is not None and meanings()[kind] & things == {step.thing}


def in_general(step: Step) -> str:
    """The sentence with the general word for the thing it takes up."""
    said = rf"\b([Tt]he) {step.thing}\b"
    return re.sub(said, rf"\1 {kind_of()[step.thing]}", step.sentence, count=1)


def draw_story(rng: Random, sentences: int, general: int) -> list[str]:
    """Sentences in their order, `general` of which take up a thing by its general word."""
    paths = (follow(rng, sentences - 1) for _ in range(1000))
    told = ((path, [step for step in path if can_be_general(step, path)]) for path in paths)
    path, open_to = next((path, steps) for path, steps in told if path and len(steps) >= general)
    changed = rng.sample(open_to, general)
    thing = with_article(path[0].thing)
    opening = rng.choice(OPENINGS).format(name=rng.choice(NAMES), thing=thing)
    return [opening, *(in_general(step) if step in changed else step.sentence for step in path)]


@cache
def things() -> frozenset[str]:
    """Every thing that a sentence can introduce or take up."""
    lines = (step for about in steps().values() for step in about)
    return frozenset(thing for step in lines for thing in (step.thing, step.introduces))


def introduced_in(sentence: str) -> set[str]:
    """The things of which the sentence speaks as new: "a key", "an oak"."""
    return set(re.findall(r"\b[Aa]n? (\w+)", sentence)) & things()


def taken_up_in(sentence: str) -> set[str]:
    """The words by which the sentence speaks of something known: "the key", "the bird"."""
    return set(re.findall(r"\b[Tt]he (\w+)", sentence))


def names_one_of(word: str, introduced: set[str]) -> bool:
    """Whether one of the things introduced has this name, or has it for its general word."""
    return word in introduced or not meanings().get(word, frozenset()).isdisjoint(introduced)
