"""The tables of words that the canonical tokens and the guard read. English, with some of others' "not"."""

import re

FUNCTION = frozenset(
    """a an the this that these those which what who whom whose when where why how is are was were be been being am
    do does did has have had having can could shall should would must might of in on at by for from to with into
    onto over under between among through during within upon about as than and or but nor so yet if then because
    while although though unless until since it its they them their he him his she her we our you your there here
    not no any some all each every both either neither one also only just very more most much many few other another
    following below above name find give state choose select identify determine calculate compute evaluate write
    explain define describe list tell show answer consider suppose let known called""".split()
)
"""Words that carry no topic. Their capitals fold wherever they stand as in a title."""

EMPHATIC = frozenset(
    "not except all no none never always least most best only true false incorrect correct any".split()
)
"""Words that are written in capitals for emphasis: NOT is not."""

NUMBERS = {
    word: value
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split()
    )
} | {
    word: value * 10
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
} | {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}  # fmt: skip

ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        start=1,
    )
} | {"half": 2, "quarter": 4, "twice": 2, "double": 2, "thrice": 3, "triple": 3}
"""Words that say which or which part. They are words in the canonical form, and numbers to the guard."""

CONTRACTIONS = {
    f"{verb}n't": f"{verb} not"
    for verb in "do does did is are was were has have had could would should must need".split()
} | {
    "can't": "can not", "cannot": "can not", "won't": "will not", "what's": "what is", "it's": "it is",
    "who's": "who is", "where's": "where is", "how's": "how is", "there's": "there is", "that's": "that is",
    "let's": "let us", "i'm": "i am", "you're": "you are", "they're": "they are", "we're": "we are",
}  # fmt: skip

_SYMBOLS = {
    "m": "metre metres meter meters", "km": "kilometre kilometres kilometer kilometers",
    "cm": "centimetre centimetres centimeter centimeters", "mm": "millimetre millimetres millimeter millimeters",
    "kg": "kilogram kilograms kilogramme kilogrammes", "g": "gram grams gramme grammes",
    "mg": "milligram milligrams", "L": "litre litres liter liters", "mL": "millilitre millilitres milliliter milliliters",
    "h": "hours hour hrs hr", "min": "minutes minute mins", "s": "seconds secs sec", "%": "percent|per cent",
    "°C": "degrees celsius|degree celsius|° celsius|° c|celsius", "°F": "degrees fahrenheit|° fahrenheit|° f|fahrenheit",
    "km / h": "kilometres per hour|kilometers per hour|km per hour|km per h|kph|kmh",
    "m / s": "metres per second|meters per second|m per s|m per second", "N": "newtons newton", "J": "joules joule",
    "W": "watts watt", "V": "volts volt", "Hz": "hertz", "kW": "kilowatts kilowatt", "Pa": "pascals pascal",
}  # fmt: skip

UNITS = {
    name: symbol
    for symbol, names in _SYMBOLS.items()
    for lower in (names.split("|") if "|" in names else names.split())
    for name in (lower, re.sub("celsius|fahrenheit|° [cf]", lambda found: found[0].title(), lower))
} | {symbol: symbol for symbol in "m km cm mm kg g mg L mL h min s N J W V Hz kW Pa".split()}
"""The symbol of each unit's name, and of itself."""

UNIT_OPENERS = frozenset(name.split()[0] for name in UNITS)

QUANTITIES = {
    "m": ("length", 1.0), "km": ("length", 1000.0), "cm": ("length", 0.01), "mm": ("length", 0.001),
    "kg": ("mass", 1.0), "g": ("mass", 0.001), "mg": ("mass", 1e-6), "L": ("volume", 1.0), "mL": ("volume", 0.001),
    "h": ("time", 3600.0), "min": ("time", 60.0), "s": ("time", 1.0), "%": ("share", 0.01),
    "°C": ("temperature in °C", 1.0), "°F": ("temperature in °F", 1.0), "$": ("$", 1.0), "£": ("£", 1.0), "€": ("€", 1.0),
    "miles": ("length", 1609.344), "mile": ("length", 1609.344), "days": ("time", 86400.0), "day": ("time", 86400.0),
    "weeks": ("time", 604800.0), "week": ("time", 604800.0), "feet": ("length", 0.3048), "inches": ("length", 0.0254),
    "dollars": ("$", 1.0), "dollar": ("$", 1.0), "pounds": ("£", 1.0), "euros": ("€", 1.0), "cents": ("$", 0.01),
    "N": ("force", 1.0), "J": ("energy", 1.0), "W": ("power", 1.0), "kW": ("power", 1000.0), "V": ("voltage", 1.0),
    "Hz": ("frequency", 1.0), "Pa": ("pressure", 1.0),
}  # fmt: skip
"""The dimension of a unit, and its size in that dimension's own."""

SPELLINGS = {
    british: american
    for pair in """colour:color colours:colors behaviour:behavior favourite:favorite neighbour:neighbor labour:labor
    honour:honor flavour:flavor harbour:harbor centre:center theatre:theater fibre:fiber litre:liter metre:meter
    grey:gray organise:organize organisation:organization realise:realize recognise:recognize analyse:analyze
    summarise:summarize minimise:minimize maximise:maximize travelled:traveled travelling:traveling
    vapour:vapor defence:defense licence:license practise:practice catalogue:catalog programme:program
    aluminium:aluminum sulphur:sulfur maths:math coloured:colored modelling:modeling haemoglobin:hemoglobin
    oesophagus:esophagus e-mail:email""".split()
    for british, american in [pair.split(":")]
}

NEGATIONS = frozenset(
    """not no never none neither nor nothing nobody nowhere except without lack lacks lacking unable excluding
    нет не nicht kein keine keinen nunca jamais ningún ninguna ne pas aucun non नहीं मत لا ليس ليست لم لن غير
    不 没 沒 非 未 ไม่ 않는 아닌 없는""".split()
)

_OPPOSITES = """
true correct right | false incorrect wrong
largest biggest greatest highest maximum most largest longest | smallest least lowest minimum fewest shortest
larger bigger greater higher more longer | smaller less lower fewer shorter
increase increases increased increasing rise rises raise rising grow | decrease decreases decreased decreasing fall falls lower falling shrink reduce
gain gains | lose loses loss
before previous preceding | after next following
first earliest | last latest final
antonym opposite | synonym
absorb absorbs absorbed | release releases released emit emits
melting freezing | boiling
sum plus add added | difference minus subtract subtracted
multiply multiplied product | divide divided quotient
advantage advantages benefit benefits pros | disadvantage disadvantages drawback drawbacks cons
input | output
dilate dilates expand expands | constrict constricts contract contracts
start begin begins starts begun started began open opens | end ends finish stop stops ended finished close closes
always | never
all every | none
older oldest | younger youngest
faster fastest quickest | slower slowest
heavier heaviest | lighter lightest
hot hotter hottest warm warmer | cold colder coldest cool cooler
inside internal inner | outside external outer
above over upper | below under lower
left | right
north northern | south southern
east eastern | west western
import imports imported | export exports exported
buy buys bought | sell sells sold
positive | negative
even | odd
ascending | descending
parallel | perpendicular
strong strongest strengths stronger | weak weakest weaknesses weaker
concave | convex
acid acidic | base basic alkaline
male | female
public | private
victory won win wins | defeat lost
numerator | denominator
supply | demand
cause causes | effect effects
best | worst
early earlier | late later
cheap cheaper cheapest | expensive dear dearer
near nearer nearest closest | far farther farthest furthest
with | without
mother | father
clockwise | anticlockwise counterclockwise
singular | plural
odd | even
easier easiest | harder hardest
"""

GROUPS = (
    frozenset("all some any most few none every half".split()),
    frozenset("must may can might should cannot".split()),
    frozenset("always sometimes often never usually rarely".split()),
    frozenset("he she".split()),
    frozenset("him her his hers".split()),
    frozenset("and or".split()),
    frozenset("who when where why how".split()),
    frozenset("if unless".split()),
    frozenset("mean median mode range".split()),
    frozenset("area perimeter volume circumference".split()),
)
"""Words of which one cannot stand for another of its group."""

NEGATIVE_PREFIXES = ("un", "in", "im", "il", "ir", "non", "dis", "non-", "a", "mis")

OPPOSITES: dict[str, frozenset[str]] = {}
for _line in _OPPOSITES.strip().splitlines():
    _left, _right = (frozenset(_side.split()) for _side in _line.split("|"))
    for _one, _other in ((_left, _right), (_right, _left)):
        for _word in _one:
            OPPOSITES[_word] = OPPOSITES.get(_word, frozenset()) | _other
"""Each word's opposites."""
