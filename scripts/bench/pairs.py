"""Labelled pairs of questions: rewordings written by hand, and changes made to them by rule.

`pairs()` yields dictionaries: a, b (stem, key, stimulus), why (the kind of change) and label: `dup`
for the same question, `iso` for other numbers, `diff` for a changed question, `far` for pairs of
other subjects. Nothing here is random.
"""

from itertools import combinations, pairwise

CALCULATED = [  # wordings of one calculation, its key, and values
    (
        (
            "A train travels {a} km in {b} hours. What is its average speed?",
            "If a train covers a distance of {a} km in {b} hours, how fast does it go on average?",
            "What average speed does a train have that needs {b} hours for {a} km?",
        ),
        lambda a, b: f"{a / b:g} km/h",
        [(180, 3), (240, 4), (455, 5)],
    ),
    (
        (
            "A shirt costs ${a} and is reduced by {b}%. What is the sale price?",
            "A ${a} shirt is on sale at {b}% off. How much does it cost now?",
            "How much do you pay for a shirt of ${a} after a discount of {b} percent?",
        ),
        lambda a, b: f"${a * (100 - b) / 100:g}",
        [(40, 25), (60, 10), (85, 20)],
    ),
    (
        (
            "What is the area of a rectangle with length {a} cm and width {b} cm?",
            "A rectangle is {a} cm long and {b} cm wide. Find its area.",
            "How many square centimetres does a rectangle of {a} cm by {b} cm cover?",
        ),
        lambda a, b: f"{a * b} square centimetres",
        [(8, 5), (12, 7), (9, 4)],
    ),
    (
        (
            "What is {b}% of {a}?",
            "Calculate {b} percent of {a}.",
            "How much is {b} per cent of {a}?",
        ),
        lambda a, b: f"{a * b / 100:g}",
        [(250, 12), (340, 15), (65, 40)],
    ),
    (
        (
            "Anna reads {b} pages a day. How many days does she need for a book of {a} pages?",
            "A book has {a} pages. Anna manages {b} pages each day. After how many days is she through?",
            "In how many days does Anna finish a book of {a} pages if she reads {b} of them daily?",
        ),
        lambda a, b: f"{a / b:g} days",
        [(240, 12), (300, 25), (180, 15)],
    ),
    (
        (
            "A tank of {a} litres is filled at {b} litres per minute. How long does it take?",
            "Water flows into a tank at {b} litres per minute. The tank holds {a} litres. When is it full?",
            "How many minutes are needed to fill a tank of {a} litres if {b} litres run in each minute?",
        ),
        lambda a, b: f"{a / b:g} minutes",
        [(360, 12), (480, 16), (750, 25)],
    ),
    (
        (
            "Tom is {a} years old and Lisa is {b} years younger. How old is Lisa?",
            "Lisa is {b} years younger than Tom, whose age is {a}. What is Lisa's age?",
            "What is the age of Lisa if Tom, who is {a}, is {b} years older than she is?",
        ),
        lambda a, b: f"{a - b}",
        [(19, 4), (23, 6), (31, 9)],
    ),
    (
        (
            "A bag holds {a} red and {b} blue balls. What is the probability of drawing a red ball?",
            "There are {a} red balls and {b} blue balls in a bag. How likely is it to draw a red one?",
            "One ball is taken from a bag of {a} red and {b} blue balls. Find the chance that it is red.",
        ),
        lambda a, b: f"{a}/{a + b}",
        [(3, 5), (4, 7), (2, 9)],
    ),
    (
        (
            "A recipe for {b} people needs {a} grams of flour. How much flour does one person need?",
            "For {b} people a recipe takes {a} grams of flour. How many grams is that for each person?",
            "How many grams of flour go to each of {b} people if the recipe uses {a} grams in all?",
        ),
        lambda a, b: f"{a / b:g} g",
        [(600, 4), (750, 6), (960, 8)],
    ),
    (
        (
            "What is the perimeter of a garden that is {a} m long and {b} m wide?",
            "A rectangular garden measures {a} m by {b} m. How long is the fence around it?",
            "How many metres of fence surround a garden of {a} m in length and {b} m in width?",
        ),
        lambda a, b: f"{2 * (a + b)} m",
        [(20, 15), (32, 18), (27, 11)],
    ),
    (
        (
            "Find the sum of the whole numbers from {b} to {a}.",
            "What do you get if you add all whole numbers from {b} up to {a}?",
            "Add up every whole number between {b} and {a}, both included. What is the total?",
        ),
        lambda a, b: f"{(a + b) * (a - b + 1) // 2}",
        [(20, 1), (35, 6), (42, 3)],
    ),
    (
        (
            "Ben saves {b} euros a week. How much has he saved after {a} weeks?",
            "How many euros does Ben have after {a} weeks if he puts aside {b} euros every week?",
            "Every week Ben puts {b} euros into his money box. What is in it {a} weeks later?",
        ),
        lambda a, b: f"{a * b} euros",
        [(12, 15), (9, 20), (26, 8)],
    ),
    (
        (
            "What is the volume of a box with a base of {a} square metres and a height of {b} m?",
            "A box stands on {a} square metres and is {b} m high. How large is its volume?",
            "How many cubic metres fit into a box whose base is {a} square metres and whose height is {b} m?",
        ),
        lambda a, b: f"{a * b} cubic metres",
        [(6, 4), (9, 3), (14, 5)],
    ),
    (
        (
            "A cyclist rides at {b} km/h for {a} hours. How far does she get?",
            "What distance does a cyclist cover in {a} hours at a speed of {b} km/h?",
            "How many kilometres does a cyclist ride who keeps {b} km/h up for {a} hours?",
        ),
        lambda a, b: f"{a * b} km",
        [(3, 18), (4, 22), (5, 16)],
    ),
    (
        (
            "A sequence starts with {a} and grows by {b} each time. What is its tenth term?",
            "Find the tenth term of the sequence that begins with {a} and increases by {b} at each step.",
            "Starting from {a}, {b} is added again and again. Which number is the tenth in the row?",
        ),
        lambda a, b: f"{a + 9 * b}",
        [(3, 4), (7, 6), (15, 8)],
    ),
    (
        (
            "Sara buys {a} pencils at {b} cents each. What does she pay?",
            "One pencil costs {b} cents. How much does Sara spend on {a} of them?",
            "How many cents does Sara need for {a} pencils if each is sold at {b} cents?",
        ),
        lambda a, b: f"{a * b} cents",
        [(7, 35), (12, 40), (9, 65)],
    ),
    (
        (
            "{a} chairs stand in rows of {b}. How many rows are there?",
            "In a hall each row has {b} chairs. There are {a} chairs in all. How many rows is that?",
            "How many rows of {b} chairs can be made from {a} chairs?",
        ),
        lambda a, b: f"{a // b} rows",
        [(96, 8), (132, 11), (225, 15)],
    ),
    (
        (
            "A lift carries {b} people at a time. How many trips does it need for {a} people?",
            "{a} people wait for a lift that takes {b} at once. How often must it go?",
            "How many times must a lift for {b} people go up to bring {a} people to the top?",
        ),
        lambda a, b: f"{-(-a // b)} trips",
        [(50, 8), (75, 12), (64, 9)],
    ),
    (
        (
            "What is the missing angle of a triangle with angles of {a} and {b} degrees?",
            "Two angles of a triangle measure {a} and {b} degrees. How large is the third?",
            "A triangle has one angle of {a} degrees and one of {b} degrees. Determine the remaining one.",
        ),
        lambda a, b: f"{180 - a - b} degrees",
        [(50, 70), (35, 85), (62, 48)],
    ),
    (
        (
            "Divide {a} by {b}. What is the remainder?",
            "What is left over when {a} is divided by {b}?",
            "Which remainder does the division of {a} by {b} leave?",
        ),
        lambda a, b: f"{a % b}",
        [(47, 6), (85, 9), (123, 7)],
    ),
]

KNOWN = [  # wordings with a name to fill in, and names with their keys
    (
        (
            "What is the capital of {}?",
            "Which city is the capital of {}?",
            "Name the city that serves as {}'s capital.",
        ),
        [("Peru", "Lima"), ("Kenya", "Nairobi"), ("Norway", "Oslo"), ("Japan", "Tokyo")],
    ),
    (
        (
            "Who wrote {}?",
            "Who is the author of {}?",
            "By which writer is {}?",
        ),
        [("Hamlet", "William Shakespeare"), ("Emma", "Jane Austen"), ("Faust", "Goethe")],
    ),
    (
        (
            "What is the chemical symbol for {}?",
            "Which symbol stands for the element {}?",
            "How is {} abbreviated in the periodic table?",
        ),
        [("gold", "Au"), ("iron", "Fe"), ("sodium", "Na"), ("lead", "Pb")],
    ),
    (
        (
            "What is the plural of the noun '{}'?",
            "Give the plural form of '{}'.",
            "How does the noun '{}' change when there are several?",
        ),
        [("mouse", "mice"), ("goose", "geese"), ("child", "children")],
    ),
    (
        (
            "Which organ of the body {}?",
            "What is the name of the organ that {}?",
            "Name the human organ which {}.",
        ),
        [
            ("pumps blood", "The heart"),
            ("filters urine from the blood", "The kidney"),
            ("produces bile", "The liver"),
        ],
    ),
    (
        (
            "In which year did {} end?",
            "What year brought the end of {}?",
            "When was {} over?",
        ),
        [("the First World War", "1918"), ("the Vietnam War", "1975"), ("Prohibition", "1933")],
    ),
    (
        (
            "What does the abbreviation {} stand for?",
            "Which words are shortened to {}?",
            "Spell out the acronym {}.",
        ),
        [
            ("DNA", "Deoxyribonucleic acid"),
            ("SQL", "Structured query language"),
            ("GDP", "Gross domestic product"),
        ],
    ),
    (
        (
            "Which instrument is used to measure {}?",
            "With what device is {} measured?",
            "Name the tool that tells us the {}.",
        ),
        [
            ("air pressure", "A barometer"),
            ("temperature", "A thermometer"),
            ("wind speed", "An anemometer"),
        ],
    ),
    (
        (
            "What is the past tense of the verb '{}'?",
            "Give the simple past form of '{}'.",
            "How is '{}' written in the simple past?",
        ),
        [("go", "went"), ("bring", "brought"), ("swim", "swam")],
    ),
    (
        (
            "What do you call a young {}?",
            "Which word names the young of a {}?",
            "A {} has young. What are they called?",
        ),
        [("swan", "Cygnet"), ("kangaroo", "Joey"), ("horse", "Foal")],
    ),
    (
        (
            "Which gas do {} give off?",
            "What gas is released by {}?",
            "Name the gas that comes out of {}.",
        ),
        [("leaves in sunlight", "Oxygen"), ("rising dough", "Carbon dioxide")],
    ),
    (
        (
            "In Python, what does the function {} do?",
            "What is the effect of calling {} in Python?",
            "Describe what Python's {} is for.",
        ),
        [
            ("len()", "It counts the elements"),
            ("sorted()", "It returns a list in order"),
            ("abs()", "It drops the sign"),
        ],
    ),
]

OPPOSED = [  # a question, the words that make another of it, the two keys, the kind of change
    (
        "Which planet is the {} in the solar system?",
        "largest",
        "smallest",
        "Jupiter",
        "Mercury",
        "antonym",
    ),
    (
        "What happens to the volume of a gas when the pressure {}?",
        "rises",
        "falls",
        "It shrinks",
        "It grows",
        "antonym",
    ),
    (
        "Which gas do plants {} in the light?",
        "absorb",
        "release",
        "Carbon dioxide",
        "Oxygen",
        "antonym",
    ),
    ("Which season comes {} summer?", "before", "after", "Spring", "Autumn", "antonym"),
    ("What is the {} of the numbers 18 and 6?", "sum", "difference", "24", "12", "antonym"),
    ("Which letter is the {} of the alphabet?", "first", "last", "A", "Z", "antonym"),
    (
        "What is the {} of the word 'brave'?",
        "synonym",
        "antonym",
        "courageous",
        "cowardly",
        "antonym",
    ),
    ("Which of 0.3, 0.03 and 0.33 is the {}?", "greatest", "least", "0.33", "0.03", "antonym"),
    ("At which temperature is water {}?", "freezing", "boiling", "0 °C", "100 °C", "antonym"),
    (
        "What do you call the {} number of a fraction?",
        "upper",
        "lower",
        "Numerator",
        "Denominator",
        "antonym",
    ),
    (
        "Which kind of lens is thicker in the middle, if it is called {}?",
        "convex",
        "concave",
        "Yes",
        "No",
        "antonym",
    ),
    (
        "What is the {} value of f(x) = (x - 2)^2 + 1 on [0, 4]?",
        "minimum",
        "maximum",
        "1",
        "5",
        "antonym",
    ),
    (
        "Which charge has an ion with {} electrons than protons?",
        "more",
        "fewer",
        "Negative",
        "Positive",
        "antonym",
    ),
    (
        "What is a shape with {} sides called?",
        "parallel",
        "perpendicular",
        "Trapezium",
        "Kite",
        "antonym",
    ),
    ("Which is an {} device of a computer?", "input", "output", "Keyboard", "Printer", "antonym"),
    ("Does a rise in price {} the demand?", "increase", "decrease", "No", "Yes", "antonym"),
    (
        "Which side of the heart, the {}, pumps blood to which place?",
        "left",
        "right",
        "The body",
        "The lungs",
        "antonym",
    ),
    (
        "Which ocean lies on the {} coast of Africa?",
        "east",
        "west",
        "Indian Ocean",
        "Atlantic Ocean",
        "antonym",
    ),
    ("Which of these numbers is {}: 4, 9 or 16?", "odd", "prime", "9", "None of them", "antonym"),
    ("Which number is {} prime: 2, 9 or 11?", "", "not", "2", "9", "negation"),
    (
        "Which of these animals is {} a mammal: bat, trout, cow?",
        "",
        "NOT",
        "Bat",
        "Trout",
        "negation",
    ),
    (
        "Which sentence is grammatically {}?",
        "correct",
        "incorrect",
        "She has gone.",
        "She have go.",
        "negation",
    ),
    (
        "Which statement about acids is {}?",
        "true",
        "false",
        "They turn litmus red",
        "They taste sweet",
        "negation",
    ),
    (
        "Which of the metals {} iron conducts heat best?",
        "with",
        "without",
        "Silver",
        "Copper",
        "negation",
    ),
    (
        "Which material is {} by a magnet?",
        "attracted",
        "never attracted",
        "Iron",
        "Wood",
        "negation",
    ),
    (
        "Why is it {} to mix bleach and acid?",
        "safe",
        "unsafe",
        "It is not",
        "Chlorine forms",
        "negation",
    ),
    (
        "Which of these cells {} a nucleus?",
        "has",
        "lacks",
        "Nerve cell",
        "Red blood cell",
        "negation",
    ),
    (
        "Which of these is {} for an employer to ask?",
        "legal",
        "illegal",
        "Experience",
        "Religion",
        "negation",
    ),
    (
        "Which of these numbers can {} be written as a fraction: 0.5, the root of 2?",
        "",
        "not",
        "0.5",
        "The root of 2",
        "negation",
    ),
    (
        "All of these are planets {} which: Mars, Venus, Moon?",
        "like",
        "except",
        "Mars",
        "Moon",
        "negation",
    ),
    ("Which of these is {} element: water, air, gold?", "an", "no", "Gold", "Water", "negation"),
    ("Which triangle is {} isosceles: 3-4-5 or 3-3-5?", "", "not", "3-3-5", "3-4-5", "negation"),
    ("If {}, what is 7 - x at x = 2?", "x - 2 is ignored", "x + 2 is ignored", "5", "9", "antonym"),
]

SWAPPED = [
    ("What is {} to the power of {}?", "5", "3", "125", "243"),
    ("Subtract {} from {}.", "15", "42", "27", "-27"),
    ("How many times must you divide {} by {} to reach 1?", "64", "2", "6", "None"),
    ("How did {} come to conquer {}?", "Rome", "Carthage", "By sea and siege", "It never did"),
    ("Convert 50 {} to {}.", "degrees Celsius", "degrees Fahrenheit", "122 °F", "10 °C"),
    ("Does a {} depend on its {}?", "predator", "prey", "For food", "For balance"),
    (
        "Find the ratio of {} to {} in a class of 12 boys and 18 girls.",
        "boys",
        "girls",
        "2 : 3",
        "3 : 2",
    ),
    (
        "In Java, how is a {} turned into an {}?",
        "string",
        "integer",
        "Integer.parseInt",
        "String.valueOf",
    ),
    ("If all {} are {}, what follows for the rest?", "cats", "animals", "Nothing", "They are cats"),
    ("Translate the word 'house' from {} to {}.", "English", "French", "maison", "house"),
    ("Mary gave {} a book that {} had lost. Who has it?", "Paul", "Jane", "Paul", "Jane"),
    ("What happens when {} is poured into {}?", "acid", "water", "It warms up", "It spits"),
    ("How far is {} ahead of {} after both ran 10 minutes?", "Ann", "Bob", "200 m", "-200 m"),
    (
        "Why does {} precede {} in the cell?",
        "transcription",
        "translation",
        "It makes mRNA",
        "It does not",
    ),
    ("What does {} owe {} after the trade?", "Ben", "Carl", "4 euros", "Nothing"),
]

LESS = [  # a question, and the same with a condition removed or an operation added
    ("A shop sells a coat for 120 euros, then cuts the price by 10% and once more by 10%. What is the last price?",
     "A shop sells a coat for 120 euros, then cuts the price by 10%. What is the last price?", "97.20 euros", "108 euros"),
    ("Nina has 24 sweets, eats 6 and gives half of the rest away. How many are left?",
     "Nina has 24 sweets and gives half of them away. How many are left?", "9", "12"),
    ("How many two-digit numbers are divisible by 3 and by 5?", "How many two-digit numbers are divisible by 3?", "6", "30"),
    ("A bus starts with 30 people; 8 get off and 5 get on. How many are in it?",
     "A bus starts with 30 people and 8 get off. How many are in it?", "27", "22"),
    ("In how many ways can four people sit in a row if two of them want to sit together?",
     "In how many ways can four people sit in a row?", "12", "24"),
    ("What is the smallest prime number above 20 that ends in 1?", "What is the smallest prime number above 20?", "31", "23"),
    ("A rectangle has an area of 48 and is three times as long as wide. How long is it?",
     "A rectangle has an area of 48 and is 6 wide. How long is it?", "12", "8"),
    ("Which noble gas is lighter than air and does not burn?", "Which noble gas is lighter than air?", "Helium", "Helium or neon"),
    ("Two dice are thrown. What is the chance of a sum of 7 if the first shows a 3?",
     "Two dice are thrown. What is the chance of a sum of 9?", "1/6", "1/9"),
    ("Ann earns 15 euros an hour, works 6 hours and pays 20% tax. What does she keep?",
     "Ann earns 15 euros an hour and works 6 hours. What does she keep?", "72 euros", "90 euros"),
    ("Which country of South America has no coast and borders Chile?", "Which country of South America has no coast and borders Brazil?", "Bolivia", "Paraguay"),
    ("Sort the list in place, without using a second list: which algorithm does it in n log n steps?",
     "Sort the list: which algorithm does it in n log n steps?", "Heapsort", "Merge sort"),
    ("A car drives 60 km in the first hour and half as far in the second. How far does it get?",
     "A car drives 60 km in the first hour. How far does it get?", "90 km", "60 km"),
    ("What is 3 times 14, minus 5?", "What is 3 times 14?", "37", "42"),
    ("Find x if 2x + 6 = 20 and double it.", "Find x if 2x + 6 = 20.", "14", "7"),
]  # fmt: skip

GENERIC = [
    "What is the main idea of the passage?",
    "Which statement is supported by the text?",
    "What does the word in bold mean in this passage?",
    "Which of the following statements is true?",
    "What can be concluded from the table?",
]
PASSAGES = [
    "Thrift pays",
    "The sea is warming",
    "Bees find home by the sun",
    "Paper came from China",
    "Sleep helps memory",
]


def pairs():
    yield from _calculated()
    yield from _known()
    for stem, one, other, key, other_key, why in OPPOSED:
        yield _pair(_filled(stem, one), key, _filled(stem, other), other_key, "diff", why)
    for stem, one, other, key, other_key in SWAPPED:
        yield _pair(
            stem.format(one, other), key, stem.format(other, one), other_key, "diff", "role-swap"
        )
    for more, less, key, other_key in LESS:
        yield _pair(more, key, less, other_key, "diff", "condition")
    for stem in GENERIC:
        for one, other in combinations(PASSAGES, 2):
            yield _pair(stem, one, stem, other, "diff", "passage", stimuli=(one, other))
    yield from _formats()


def unrelated():
    """Pairs of questions about nothing common, more than 40,000 of them.

    Two tables are not crossed with another because they share its subjects, and so are related:
    calculations with a condition (`LESS`) with `CALCULATED`, and opposites (`OPPOSED`) with `KNOWN`.
    """
    groups = [
        (
            "calculated",
            [(wording.format(a=a, b=b), key(a, b)) for a, b in values for wording in wordings],
        )
        for wordings, key, values in CALCULATED
    ] + [
        ("known", [(wording.format(name), key) for name, key in names[:3] for wording in wordings])
        for wordings, names in KNOWN
    ]
    groups += [("opposed", [(_filled(stem, one), key)]) for stem, one, _, key, _, _ in OPPOSED]
    groups += [("less", [(more, key)]) for more, _, key, _ in LESS]
    for (table, first), (other_table, second) in combinations(groups, 2):
        if {table, other_table} in ({"calculated", "less"}, {"known", "opposed"}):
            continue
        for (a, key), (b, other_key) in ((one, other) for one in first for other in second):
            yield _pair(a, key, b, other_key, "far", "unrelated")


def _calculated():
    for wordings, key, values in CALCULATED:
        for a, b in values:
            for one, other in combinations(wordings, 2):
                yield _pair(
                    one.format(a=a, b=b),
                    key(a, b),
                    other.format(a=a, b=b),
                    key(a, b),
                    "dup",
                    "paraphrase",
                )
        for (a, b), (c, d) in pairwise(values):
            for wording in wordings[:2]:
                yield _pair(
                    wording.format(a=a, b=b),
                    key(a, b),
                    wording.format(a=c, b=d),
                    key(c, d),
                    "iso",
                    "number",
                )
        a, b = values[0]
        c, d = values[1]
        yield _pair(
            wordings[0].format(a=a, b=b),
            key(a, b),
            wordings[1].format(a=c, b=d),
            key(c, d),
            "diff",
            "number reworded",
        )


def _known():
    for wordings, names in KNOWN:
        for name, key in names[:2]:
            for one, other in combinations(wordings, 2):
                yield _pair(one.format(name), key, other.format(name), key, "dup", "paraphrase")
        for (one, key), (other, other_key) in combinations(names, 2):
            yield _pair(
                wordings[0].format(one), key, wordings[0].format(other), other_key, "diff", "entity"
            )


def _formats():
    ways = [
        lambda stem: f"Q7. {stem}",
        lambda stem: f"**{stem}**",
        lambda stem: stem.lower() if stem.isascii() and stem[1:].islower() else f"  {stem}",
        lambda stem: stem.replace(" ", "\u00a0").replace("?", " ?"),
        lambda stem: stem.replace("%", " percent").replace("km/h", "kilometres per hour"),
        lambda stem: f"\u200e<p>{stem}</p>",
    ]
    for place, (wordings, key, values) in enumerate(CALCULATED):
        for way in (ways[place % 6], ways[(place + 1) % 6]):
            a, b = values[2]
            stem = wordings[0].format(a=a, b=b)
            if way(stem) != stem:
                yield _pair(stem, key(a, b), way(stem), key(a, b), "dup", "format")


def _filled(stem, word):
    return " ".join(stem.format(word).split())


def _pair(a, key, b, other_key, label, why, *, stimuli=(None, None)):  # noqa: PLR0913 - a row
    return {
        "a": a, "b": b, "key_a": key, "key_b": other_key, "label": label, "why": why,
        "stimulus_a": stimuli[0], "stimulus_b": stimuli[1],
    }  # fmt: skip
