"""Things and what they have to do with other things.

A line of the table is a thing and, relation by relation, all that stands in that relation to it:
the usual word first, then every other word that could be defended. `near` is no relation of its
own: it lists what merely comes to mind. `RELATIONS` says what each relation links, and its band: 1
is met every day, 3 is abstract or bookish.
"""

from collections import defaultdict
from functools import cache
from typing import NamedTuple

RELATIONS = {
    "young": (1, "{1} names the young of {0}"),
    "sound": (1, "{1} names the sound made by {0}"),
    "tool": (1, "{1} names a thing used at work by {0}"),
    "workplace": (1, "{1} names the place of work of {0}"),
    "whole": (1, "{0} names a part of {1}"),
    "use": (1, "{1} names what is done with {0}"),
    "opposite": (1, "{1} means the opposite of {0}"),
    "worn": (1, "{1} names the part of the body where people wear {0}"),
    "kind": (1, "{0} names one kind of {1}"),
    "home": (2, "{1} names the home of {0}"),
    "group": (2, "{1} names a group made up of many of {0}"),
    "female": (2, "{1} names the female counterpart of {0}"),
    "product": (2, "{1} names what is made or given by {0}"),
    "material": (2, "{1} names what is turned into {0}"),
    "more": (2, "{1} says the same as {0}, only more strongly"),
    "kept": (2, "{1} names the place for keeping {0}"),
    "measure": (3, "{1} names what is measured with {0}"),
    "effect": (3, "{1} names what may follow from {0}"),
    "without": (3, "{0} names the lack of {1}"),
    "study": (3, "{1} names what is studied by {0}"),
}

THINGS = """
dog: young puppy pup; sound bark growl; home kennel; group pack; near bone lead
cat: young kitten; sound miaow purr; near whisker mouse
cow: young calf; sound moo; home cowshed byre; group herd; product milk; near bull grass
horse: young foal colt filly; sound neigh whinny; home stable; near saddle rider
sheep: young lamb; sound bleat baa; home fold pen; group flock; product wool; near shepherd grass
pig: young piglet; sound grunt oink squeal; home sty; near farm mud
hen: young chick; sound cluck; home coop; product egg; near feather farm
duck: young duckling; sound quack; near pond bill
goose: young gosling; sound honk; near feather farm
goat: young kid; sound bleat; near horn beard
lion: young cub; sound roar; home den lair; group pride; female lioness; near mane jungle
tiger: young cub; sound roar; female tigress; near stripe jungle
bear: young cub; sound growl; home den cave; near honey forest
wolf: young cub pup; sound howl; home den lair; group pack; near forest moon
swan: young cygnet; near lake feather
eagle: young eaglet; home eyrie nest; kind bird; near talon mountain
owl: young owlet; sound hoot; kind bird; near night wing
frog: young tadpole; sound croak; near pond leap
deer: young fawn; group herd; near antler forest
kangaroo: young joey; near pouch desert
elephant: young calf; sound trumpet; group herd; near trunk tusk
donkey: young foal; sound bray; near cart stable
snake: sound hiss; near poison skin
bee: sound buzz; home hive; group swarm; product honey wax; kind insect; near flower sting
spider: home web; product web; near fly leg
bird: young chick nestling fledgling; home nest; sound chirp tweet song; group flock; near wing egg
rabbit: young kit bunny kitten; home burrow warren hutch; near carrot ear
badger: home sett burrow; near forest night
beaver: home lodge dam; product dam; near river tail
fox: young cub; home den earth; female vixen; near hen forest
fish: group shoal school; near fin river
ant: home anthill nest; group colony; kind insect; near garden leaf
mouse: sound squeak; home hole nest; near cheese tail
monk: home monastery; near prayer robe
soldier: home barracks; group army regiment; near uniform war
king: home palace castle; female queen; near crown throne
prisoner: home cell prison jail; near guard crime
prince: female princess; near palace crown
uncle: female aunt; near cousin family
nephew: female niece; near cousin family
husband: female wife; near wedding house
father: female mother; near child family
brother: female sister; near twin family
son: female daughter; near parent child
duke: female duchess; near castle title
groom: female bride; near wedding ring
wizard: female witch; tool wand; near magic spell
stallion: female mare; near stable saddle
ram: female ewe; near lamb wool
bull: female cow; near horn calf
drake: female duck; near pond feather
gander: female goose; near feather farm
stag: female hind doe; near antler fawn
carpenter: tool saw hammer plane chisel drill; workplace workshop; product furniture; near wood nail
painter: tool brush easel palette; workplace studio; product picture portrait; near colour gallery
farmer: tool plough tractor; workplace farm field; product crop wheat; near cow harvest
baker: tool oven; workplace bakery; product bread cake; near flour shop
gardener: tool spade rake hoe trowel; workplace garden; near flower hedge
tailor: tool needle thread; product suit; near cloth button
cook: tool pan pot knife oven; workplace kitchen; product meal; near recipe apron
astronomer: tool telescope; workplace observatory; study stars planets; near night rocket
judge: workplace court courtroom; product verdict; near lawyer crime
nurse: workplace hospital; tool thermometer; near patient medicine
librarian: workplace library; near book shelf
potter: tool wheel kiln; workplace pottery; product pot vase jug; near clay glaze
sculptor: tool chisel; product statue; near museum stone
author: tool pen; product novel book story; near reader page
composer: product symphony music song; near orchestra concert
poet: tool pen; product poem verse; near rhyme page
playwright: product play; near actor stage
photographer: tool camera; product photograph; near film portrait
scientist: workplace laboratory; tool microscope; near experiment school
fisherman: tool net rod hook; near river boat
miner: workplace mine; tool pick; near coal helmet
blacksmith: workplace forge smithy; tool anvil hammer bellows; product horseshoe; near iron fire
butcher: tool cleaver knife; near meat shop
actor: workplace theatre stage; near play audience
cobbler: product shoe; near leather shop
weaver: tool loom; product cloth; near wool thread
surgeon: tool scalpel; workplace hospital; near patient mask
waiter: tool tray; workplace restaurant cafe; near meal guest
mechanic: tool spanner; workplace garage; near car engine
bricklayer: tool trowel; product wall; near brick house
firefighter: tool hose ladder; near flame helmet
teacher: workplace school classroom; near lesson pupil
hairdresser: tool scissors comb; workplace salon; near mirror curl
archer: tool bow arrow; near target forest
conductor: tool baton; near orchestra concert
lumberjack: tool axe saw; workplace forest; near timber tree
architect: product design plan; near building roof
petal: whole flower; near perfume bee
page: whole book; near ink reader
finger: whole hand; near ring nail
toe: whole foot; near sock nail
branch: whole tree; near nest squirrel
sleeve: whole shirt coat jacket; near arm button
sole: whole shoe boot; near foot leather
screen: whole television computer; near film picture
pedal: whole bicycle; near foot road
rung: whole ladder; near climb roof
link: whole chain; near metal anchor
bead: whole necklace; near thread neck
letter: whole word alphabet; kept envelope; near stamp postman
sentence: whole paragraph; near comma writer
chapter: whole novel book; near author library
scene: whole play film book novel; near actor stage
minute: whole hour; near clock watch
month: whole year; near calendar moon
note: whole melody tune chord; near singer piano
pane: whole window; near curtain view
slice: whole loaf cake; near knife butter
spoke: whole wheel; near tyre road
room: whole house building; near carpet door
keel: whole boat ship; near sea sailor
mast: whole ship boat; near wind sea
brick: material clay; whole wall house; near builder oven
player: group team; near ball goal
pupil: group class school; near teacher desk
singer: group choir; near song voice
musician: group orchestra band; near concert violin
star: group galaxy constellation; near night telescope
tree: group forest wood; near leaf root
ship: group fleet; near captain harbour
island: group archipelago; near beach sea
mountain: group range; near snow climber
card: group pack deck; near game ace
grape: group bunch; near wine raisin
bread: material flour dough; near butter baker
cheese: material milk; near cracker mouse
raisin: material grape; near cake sun
paper: material wood; near pen book
candle: material wax; near flame cake
tyre: material rubber; near car road
jumper: material wool; near winter sleeve
omelette: material egg; near pan breakfast
chip: material potato; near salt fish
jam: material fruit; near toast spoon
window: material glass; near curtain view
statue: material stone marble bronze; near museum sculptor
snowman: material snow; near winter carrot
chocolate: material cocoa; near sugar cake
butter: material cream milk; near knife bread
glass: material sand; near window bottle
flour: material wheat grain; near cake baker
porridge: material oats; near spoon breakfast
cider: material apple; near bottle autumn
jeans: material denim cotton; near pocket belt
popcorn: material maize corn; near cinema salt
wine: material grape; kept cellar; near bottle cork
knife: use cut; near fork kitchen
pen: use write; near ink paper
broom: use sweep; near dust floor
spade: use dig; near garden soil
needle: use sew; near thread button
towel: use dry; near bath beach
bed: use sleep; near pillow night
chair: use sit; kind furniture; near table leg
kettle: use boil; near tea steam
key: use unlock open lock; near door chain
oven: use bake roast cook; near kitchen bread
crane: use lift; near builder tower
axe: use chop cut; near tree handle
soap: use wash clean; near bath bubble
ladder: use climb; near roof wood
rope: use tie; near knot ship
glue: use stick; near paper bottle
sieve: use strain sift; near flour kitchen
eye: use see look; near glasses tear
ear: use hear listen; near music head
nose: use smell breathe; near face flower
tongue: use taste; near mouth lip
thermometer: measure temperature heat; near fever weather
clock: measure time; near hand alarm
ruler: measure length; near line pencil
speedometer: measure speed; near car driver
barometer: measure pressure; near weather wall
protractor: measure angle; near circle pencil
scales: measure weight; near kitchen flour
compass: measure direction; near map north
odometer: measure distance; near car road
calendar: measure date; near wall holiday
warm: more hot; opposite cool; near sun mild
cool: more cold; opposite warm; near shade fresh
small: more tiny minuscule; opposite big large; near young thin
big: more huge enormous gigantic; opposite small little; near tall heavy
hungry: more starving ravenous; opposite full; near thirsty tired
tired: more exhausted; near sleepy lazy
wet: more soaked drenched; opposite dry; near damp cold
angry: more furious; near unfriendly jealous
surprised: more astonished amazed; near pleased curious
afraid: more terrified petrified; near shy sad
walk: more run march; near stand road
breeze: more gale storm; near air sail
drizzle: more downpour; near mist umbrella
hill: more mountain; near valley path
stream: more river; near bank water
pond: more lake; near frog water
pebble: more boulder rock; near beach sand
village: more town city; near church farm
like: more love adore; near choose share
dislike: more hate loathe detest; near refuse avoid
funny: more hilarious; opposite serious; near clever joke
dirty: more filthy; opposite clean; near mud untidy
chilly: more freezing; near winter damp
bright: more dazzling; opposite dim; near lamp clear
old: more ancient; opposite new young; near tired grey
tasty: more delicious; near sweet hungry
clever: more brilliant; opposite stupid; near wise school
good: more excellent superb; opposite bad; near kind honest
bad: more terrible awful dreadful; opposite good; near sad wrong
loud: more deafening; opposite quiet soft; near music drum
sip: more gulp; near cup straw
nibble: more devour; near mouse crumb
smile: more laugh grin; opposite frown; near mouth joke
jog: more sprint; near walk shoe
important: more crucial vital; near useful famous
interesting: more fascinating gripping; opposite boring; near book useful
up: opposite down; near high stairs
day: opposite night; near sun week
black: opposite white; near coal dark
left: opposite right; near hand turn
early: opposite late; near morning clock
full: opposite empty; near hungry cup
rich: opposite poor; near gold king
first: opposite last; near winner one
high: opposite low; near tower hill
happy: opposite sad; more overjoyed; near smile kind
rough: opposite smooth; near sand stone
wide: opposite narrow; near road big
deep: opposite shallow; near sea hole
thick: opposite thin; near book wall
push: opposite pull; near door strong
buy: opposite sell; near money shop
win: opposite lose; near prize game
strong: opposite weak; near muscle lift
near: opposite far distant; near next here
fire: effect smoke ash heat; near firefighter wood
germ: effect illness disease; near soap microscope
drought: without rain water; effect famine thirst; near desert sun
rain: effect flood; near umbrella cloud
study: effect knowledge; near pupil desk
exercise: effect fitness; near gym sweat
joke: effect laughter; near clown comedy
practice: effect skill; near lesson piano
wound: effect scar pain; near bandage nurse
insult: effect anger offence; near word quarrel
danger: effect fear; without safety; near warning rescue
lightning: effect thunder; near cloud flash
crime: effect punishment; near thief police
knock: effect bruise; near door fist
loss: effect grief sorrow; near memory winner
darkness: without light; near night shadow
famine: without food; effect hunger; near harvest drought
silence: without sound noise; near library whisper
poverty: without money wealth; effect hunger; near street beggar
ignorance: without knowledge; effect mistake; near school question
vacuum: without air; near space pump
baldness: without hair; near comb age
boredom: without interest; near yawn lesson
cowardice: without courage bravery; near danger soldier
weakness: without strength; near muscle illness
illness: without health; effect weakness; near doctor medicine
chaos: without order; near crowd storm
despair: without hope; near tears failure
blindness: without sight vision; near eye glasses
deafness: without hearing; near ear music
idleness: without work activity; near sofa holiday
exhaustion: without energy strength; near sleep race
rudeness: without manners politeness; near insult quarrel
loneliness: without company friends; near island room
cruelty: without mercy kindness pity; near tyrant pain
hat: worn head; near sun hair
glove: worn hand; near winter finger
sock: worn foot; near shoe wool
scarf: worn neck; near wool winter
belt: worn waist; near buckle trousers
ring: worn finger; near gold wedding
watch: worn wrist; near time strap
earring: worn ear; near pearl hair
mask: worn face; near actor paint
botanist: study plants; near greenhouse leaf
zoologist: study animals; near cage jungle
geologist: study rocks; near hammer mountain
historian: study past; near castle museum
linguist: study languages; near dictionary tongue
mathematician: study numbers; near ruler school
entomologist: study insects; near net garden
meteorologist: study weather; near umbrella satellite
ornithologist: study birds; near binoculars nest
psychologist: study mind behaviour; near couch dream
aeroplane: kept hangar; near pilot wing
car: kept garage; kind vehicle; near wheel driver
coin: kept purse; near metal shop
sword: kept sheath scabbard; near knight shield
arrow: kept quiver; near bow target
painting: kept gallery museum; near frame artist
grain: kept silo barn; near farmer flour
book: kept library bookcase; near author page
clothes: kept wardrobe; near tailor shop
rose: kind flower plant; near thorn perfume
oak: kind tree plant; near acorn wood
trout: kind fish; near river hook
robin: kind bird; near nest winter
carrot: kind vegetable; near rabbit soup
hammer: kind tool; near nail builder
violin: kind instrument; near bow concert
apple: kind fruit; near orchard pie
copper: kind metal; near wire coin
ruby: kind gem jewel; near ring red
tennis: kind sport game; near racket court
square: kind shape; near corner tile
shirt: kind garment clothing; near button collar
waltz: kind dance; near music partner
"""


class Link(NamedTuple):
    """`first` stands in the relation to `second`: a dog has as its young a puppy."""

    relation: str
    first: str
    second: str

    @property
    def turned(self) -> "Link":
        """The same fact told from its other end, its relation marked so."""
        return Link(f"{self.relation}, turned", self.second, self.first)


def read_links(line: str) -> list[list[Link]]:
    """The links of a line, a list for each relation, the usual one first."""
    thing, _, relations = line.partition(": ")
    parts = [part.split() for part in relations.split("; ")]
    return [[Link(relation, thing, other) for other in others] for relation, *others in parts]


@cache
def usual_links() -> tuple[Link, ...]:
    """Of each thing and relation the link that a question may be about."""
    per_relation = [links for line in THINGS.strip().split("\n") for links in read_links(line)]
    return tuple(links[0] for links in per_relation if links[0].relation != "near")


@cache
def associates() -> dict[str, list[Link]]:
    """All that each word has to do with others, read from either end, the near ones included."""
    found: dict[str, list[Link]] = defaultdict(list)
    for line in THINGS.strip().split("\n"):
        for link in (link for links in read_links(line) for link in links):
            found[link.first].append(link)
            found[link.second].append(link.turned)
    return dict(found)


def relations_between(first: str, second: str) -> set[str]:
    """The names of all relations in which `first` stands to `second`, the near ones left out."""
    links = associates().get(first, [])
    return {
        link.relation for link in links if link.second == second and "near" not in link.relation
    }
