"""Groups of things, and the groups within them.

A line of the table is a group: its name, the group it lies in (a dot for none), and the members
that lie in no smaller group of the table. A member of a group is a member of each wider one.
`TRAITS` cut across the groups; no question names them, but a set of words that one of them splits
could be answered by it, so such a set is not asked.
"""

from collections import defaultdict
from functools import cache

GROUPS = """
animals | .
mammals | animals | horse cow sheep elephant giraffe zebra camel hippopotamus deer bear wolf fox dog bat rabbit donkey hedgehog
wild cats | mammals | lion tiger leopard cheetah jaguar lynx puma
sea mammals | mammals | whale dolphin seal walrus porpoise
rodents | mammals | mouse rat squirrel hamster beaver gerbil porcupine
primates | mammals | gorilla chimpanzee baboon gibbon lemur orangutan
marsupials | mammals | kangaroo koala wombat wallaby opossum
birds | animals | parrot pigeon peacock crow seagull stork cuckoo woodpecker
birds of prey | birds | eagle hawk falcon vulture owl buzzard kestrel
water birds | birds | duck swan goose pelican heron flamingo
flightless birds | birds | ostrich penguin emu rhea cassowary
songbirds | birds | robin sparrow blackbird nightingale thrush wren lark
fish | animals | salmon trout herring tuna cod carp sardine haddock mackerel shark eel
reptiles | animals | tortoise turtle crocodile alligator
snakes | reptiles | cobra python viper adder rattlesnake
lizards | reptiles | iguana chameleon gecko skink
amphibians | animals | frog toad newt salamander
insects | animals | ant bee wasp beetle butterfly moth mosquito grasshopper ladybird dragonfly flea
crustaceans | animals | crab lobster prawn shrimp crayfish
plants | .
trees | plants
conifers | trees | pine fir spruce cedar larch yew
broad-leaved trees | trees | oak beech maple birch willow elm poplar sycamore
flowers | plants | rose tulip daisy lily daffodil orchid poppy sunflower
herbs | plants | basil parsley thyme rosemary mint oregano coriander
cereals | plants | wheat barley oats rye maize millet
food | .
fruit | food | apple pear banana grape mango pineapple melon fig
citrus fruit | fruit | lemon lime grapefruit tangerine mandarin
berries | fruit | strawberry raspberry blackberry blueberry gooseberry cranberry
stone fruit | fruit | peach plum cherry apricot nectarine
vegetables | food | cauliflower broccoli celery asparagus
root vegetables | vegetables | carrot parsnip turnip beetroot radish swede
leaf vegetables | vegetables | lettuce cabbage spinach kale
nuts | food | almond walnut hazelnut cashew pecan pistachio
spices | food | cinnamon ginger nutmeg turmeric cumin paprika saffron
dairy products | food | butter cheese cream yogurt
meat | food | beef pork bacon ham veal
clothes | . | shirt coat jumper trousers skirt dress scarf glove
footwear | clothes | boot shoe sandal slipper clog moccasin
headgear | clothes | hat cap beret helmet turban bonnet
jewellery | . | ring necklace bracelet earring brooch
furniture | . | table bed wardrobe desk cupboard bookcase
seats | furniture | chair stool bench sofa armchair
tools | . | hammer spanner screwdriver pliers drill
garden tools | tools | spade rake hoe trowel shears
kitchen utensils | . | spoon whisk ladle spatula sieve grater
crockery | . | plate bowl cup saucer mug
containers | . | box basket bucket barrel bottle jar sack crate
vehicles | . | train tram
road vehicles | vehicles | car lorry bus van motorcycle taxi
watercraft | vehicles | boat ship canoe yacht ferry raft kayak
aircraft | vehicles | aeroplane helicopter glider airship
musical instruments | . | piano organ accordion
stringed instruments | musical instruments | violin cello guitar harp banjo lute mandolin
woodwind instruments | musical instruments | flute clarinet oboe bassoon
brass instruments | musical instruments | trumpet trombone tuba bugle cornet
percussion instruments | musical instruments | drum cymbal tambourine gong xylophone
buildings | . | school hospital library factory museum theatre
homes | buildings | house cottage bungalow mansion villa hut
places of worship | buildings | church mosque temple synagogue chapel cathedral
fabrics | . | denim velvet linen satin corduroy
metals | . | iron copper zinc nickel aluminium
precious metals | metals | gold silver platinum
gemstones | . | diamond ruby emerald sapphire topaz garnet
parts of the body | . | shoulder chest back
parts of the head | parts of the body | nose eye mouth chin cheek forehead
parts of the leg | parts of the body | knee ankle thigh shin
inner organs | parts of the body | heart liver lung kidney stomach brain
waters | . | river lake stream pond ocean sea
winds | . | breeze gale hurricane tornado
colours | . | red blue green yellow purple brown
shapes | .
flat shapes | shapes | circle square triangle rectangle pentagon hexagon
solid shapes | shapes | cube sphere cone cylinder pyramid
units | .
units of length | units | metre kilometre mile inch centimetre
units of time | units | second minute hour day week month year
units of weight | units | gram kilogram tonne ounce
feelings | . | joy anger fear sadness envy pride
sports | . | gymnastics cycling archery
ball games | sports | football tennis basketball volleyball hockey rugby golf
water sports | sports | swimming rowing sailing surfing diving
combat sports | sports | judo karate boxing fencing wrestling
relatives | . | cousin
female relatives | relatives | mother aunt sister daughter niece grandmother
male relatives | relatives | father uncle brother son nephew grandfather
jobs | . | teacher baker farmer carpenter plumber
medical jobs | jobs | nurse doctor surgeon dentist midwife
dances | . | waltz tango polka ballet samba
parts of speech | . | noun verb adjective adverb pronoun
"""

TRAITS = """
growing on trees or being trees: pine fir spruce cedar larch yew oak beech maple birch willow elm poplar sycamore apple pear fig lemon lime grapefruit tangerine mandarin peach plum cherry apricot nectarine almond walnut hazelnut cashew pecan pistachio banana mango
first names: rose daisy lily poppy rosemary ruby robin basil ginger
names of colours: red blue green yellow purple brown gold silver lime plum peach ruby emerald sapphire rose copper salmon saffron cream
living in water: whale dolphin seal walrus porpoise salmon trout herring tuna cod carp sardine haddock mackerel shark eel turtle crocodile alligator hippopotamus beaver frog newt crab lobster prawn shrimp crayfish duck swan goose pelican penguin heron flamingo
laying eggs: parrot pigeon peacock crow seagull stork cuckoo woodpecker eagle hawk falcon vulture owl buzzard kestrel duck swan goose pelican heron flamingo ostrich penguin emu rhea cassowary robin sparrow blackbird nightingale thrush wren lark salmon trout herring tuna cod carp sardine haddock mackerel tortoise turtle crocodile alligator cobra python iguana chameleon gecko skink frog toad newt salamander ant bee wasp beetle butterfly moth mosquito grasshopper ladybird dragonfly flea crab lobster prawn shrimp crayfish
able to fly: bat bee wasp beetle butterfly moth mosquito ladybird dragonfly parrot pigeon peacock crow seagull stork cuckoo woodpecker eagle hawk falcon vulture owl buzzard kestrel duck swan goose pelican heron flamingo robin sparrow blackbird nightingale thrush wren lark aeroplane helicopter glider airship
kept on farms: horse cow sheep donkey goose duck dog
kept as pets: dog rabbit mouse rat hamster gerbil parrot
eaten: salmon trout herring tuna cod carp sardine haddock mackerel eel crab lobster prawn shrimp crayfish basil parsley thyme rosemary mint oregano coriander wheat barley oats rye maize millet
eaten raw: apple pear banana grape mango pineapple melon fig tangerine mandarin strawberry raspberry blackberry blueberry peach plum cherry apricot nectarine carrot radish celery lettuce
without legs: cobra python viper adder rattlesnake salmon trout herring tuna cod carp sardine haddock mackerel shark eel whale dolphin
spotted or striped: leopard cheetah jaguar zebra giraffe tiger
green: lime lettuce cabbage spinach kale broccoli asparagus celery emerald frog
worn: shirt coat jumper trousers skirt dress scarf glove boot shoe sandal slipper clog moccasin hat cap beret helmet turban bonnet ring necklace bracelet earring brooch
made of wood: table bed wardrobe desk cupboard bookcase chair stool bench violin cello guitar harp banjo lute mandolin raft canoe
used in a kitchen: spoon whisk ladle spatula sieve grater plate bowl cup saucer mug table cupboard jar bottle
with an engine: car lorry bus van motorcycle taxi train tram ferry ship aeroplane helicopter airship
wind instruments: flute clarinet oboe bassoon trumpet trombone tuba bugle cornet
played with a bow: violin cello
with a keyboard: piano organ accordion
red: ruby garnet cherry strawberry raspberry cranberry radish beetroot ladybird robin poppy
team games: football basketball volleyball hockey rugby
in water: swimming rowing sailing surfing diving boat ship canoe yacht ferry raft kayak
without an engine: canoe raft kayak glider
salt water: ocean sea whale dolphin herring tuna cod sardine haddock mackerel shark walrus porpoise
large: elephant giraffe camel hippopotamus whale gorilla bear ostrich
wild animals of Africa: elephant giraffe zebra hippopotamus lion leopard cheetah gorilla chimpanzee baboon ostrich crocodile
Australian animals: kangaroo koala wombat wallaby emu cassowary
"""

NEIGHBOURS = """
animals: plants
plants: animals
furniture: crockery, kitchen utensils, clothes
clothes: jewellery, fabrics, crockery
tools: kitchen utensils, furniture, vehicles
vehicles: buildings, tools
musical instruments: tools
buildings: furniture, vehicles, containers
parts of the body: feelings, clothes
units: shapes, colours
shapes: units, colours
sports: dances, jobs
relatives: jobs, feelings, dances
jobs: relatives, sports, feelings
"""
"""Of a widest group others that it could be taken for and that share no word with it."""


@cache
def wider_groups() -> dict[str, str]:
    """Of each group the one it lies in, "." for none."""
    rows = [line.split(" | ") for line in GROUPS.strip().split("\n")]
    return {name: wider for name, wider, *_ in rows}


def chain(group: str) -> list[str]:
    """A group and every wider one, the narrowest first."""
    wider = wider_groups()[group]
    return [group] if wider == "." else [group, *chain(wider)]


@cache
def members() -> dict[str, frozenset[str]]:
    """Of each group all its members, those of its smaller groups among them."""
    found: dict[str, set[str]] = {name: set() for name in wider_groups()}
    for line in GROUPS.strip().split("\n"):
        name, _, *own = line.split(" | ")
        for group in chain(name):
            found[group].update(" ".join(own).split())
    return {name: frozenset(own) for name, own in found.items()}


@cache
def cuts() -> dict[str, frozenset[str]]:
    """All groups and all traits: every way in which a word could be told from others."""
    traits = (line.partition(": ") for line in TRAITS.strip().split("\n"))
    return members() | {name: frozenset(own.split()) for name, _, own in traits}


@cache
def cuts_by_word() -> dict[str, frozenset[str]]:
    """Of each word all groups and traits that hold it."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, own in cuts().items():
        for word in own:
            found[word].add(name)
    return {word: frozenset(names) for word, names in found.items()}


@cache
def smaller_groups() -> dict[str, tuple[str, ...]]:
    """Of each group, and of ".", the groups that lie directly in it."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, wider in wider_groups().items():
        found[wider].append(name)
    return {name: tuple(found[name]) for name in (".", *wider_groups())}


@cache
def neighbouring_groups() -> dict[str, tuple[str, ...]]:
    """Of each widest group its neighbours."""
    rows = (line.partition(": ") for line in NEIGHBOURS.strip().split("\n"))
    return {name: tuple(others.split(", ")) for name, _, others in rows}
