"""What is studied: related words for the lists, people and what is told of them, places, errands."""


def parted(text: str) -> tuple[str, ...]:
    """The words of a text that parts them by commas."""
    return tuple(text.split(", "))


THEMES = {
    "kitchen": parted(
        "spoon, kettle, ladle, whisk, saucepan, teapot, grater, sieve, tray, jug, bowl, "
        "plate, mug, fork, toaster, oven, colander, spatula"
    ),
    "tools": parted(
        "hammer, chisel, saw, drill, wrench, screwdriver, spade, rake, ladder, shovel, "
        "pickaxe, clamp, trowel, hoe, anvil, crowbar, sandpaper, vice"
    ),
    "clothes": parted(
        "scarf, jacket, glove, sock, hat, belt, shirt, blouse, skirt, sandal, boot, jumper, "
        "apron, cardigan, waistcoat, slipper, dress, hood"
    ),
    "animals": parted(
        "rabbit, badger, goat, otter, camel, horse, deer, squirrel, donkey, hedgehog, "
        "beaver, giraffe, zebra, leopard, hamster, elephant, kangaroo, mouse"
    ),
    "birds": parted(
        "heron, sparrow, owl, pigeon, swan, falcon, robin, parrot, pelican, crow, stork, "
        "duck, eagle, magpie, penguin, ostrich, thrush, flamingo"
    ),
    "fruit": parted(
        "apple, plum, pear, cherry, mango, lemon, melon, peach, banana, grape, apricot, "
        "fig, nectarine, papaya, strawberry, raspberry, lime, coconut"
    ),
    "vegetables": parted(
        "carrot, onion, cabbage, spinach, leek, turnip, celery, radish, lettuce, cucumber, "
        "pumpkin, potato, beetroot, parsnip, cauliflower, garlic, courgette, broccoli"
    ),
    "furniture": parted(
        "chair, desk, wardrobe, cupboard, shelf, stool, bench, mattress, bookcase, sofa, "
        "drawer, cradle, ottoman, table, bed, sideboard, hammock, bunk"
    ),
    "weather": parted(
        "rain, thunder, fog, breeze, storm, frost, hail, drizzle, snow, lightning, "
        "sunshine, cloud, blizzard, sleet, dew, wind, mist, icicle"
    ),
    "instruments": parted(
        "violin, flute, drum, trumpet, piano, harp, guitar, cello, clarinet, banjo, "
        "accordion, trombone, oboe, tambourine, harmonica, xylophone, bassoon, saxophone"
    ),
    "transport": parted(
        "bicycle, lorry, tram, ferry, canoe, tractor, helicopter, van, bus, train, yacht, "
        "scooter, barge, airship, submarine, motorcycle, glider, wagon"
    ),
    "landscape": parted(
        "river, valley, forest, mountain, lake, meadow, island, desert, cliff, waterfall, "
        "glacier, marsh, canyon, beach, cave, volcano, swamp, hill"
    ),
    "body": parted(
        "elbow, knee, shoulder, ankle, wrist, thumb, chin, ear, forehead, neck, toe, heel, "
        "hip, eyebrow, rib, cheek, nose, finger"
    ),
    "stationery": parted(
        "pencil, ruler, eraser, notebook, stapler, envelope, crayon, ink, folder, "
        "sharpener, paperclip, glue, calendar, label, stamp, marker, postcard, atlas"
    ),
}
"""Words of one theme are each other's lures (Roediger & McDermott 1995). No word has two themes."""

CITIES = parted(
    "Lima, Oslo, Hanoi, Perth, Quito, Porto, Turin, Kyoto, Accra, Dakar, Cairo, Delhi, "
    "Lyon, Cork, Seoul, Bergen, Nairobi, Havana, Tunis, Zagreb, Leeds, Boston, Manila, "
    "Krakow"
)

JOBS = parted(
    "baker, nurse, plumber, librarian, farmer, pilot, dentist, carpenter, teacher, florist, "
    "chemist, tailor, journalist, gardener, translator, mechanic, potter, photographer, "
    "cook, architect"
)

LANDMARKS = parted(
    "church, mill, bridge, school, bakery, fountain, library, post office, pharmacy, bus "
    "stop, clock tower, hospital, statue, bank, hotel, theatre, town hall, playground, "
    "petrol station, market, museum, cinema, stadium, castle"
)

APPOINTMENTS = parted(
    "dental check-up, haircut, piano lesson, team meeting, eye test, swimming lesson, car "
    "service, book club, choir practice, job interview, yoga class, vet visit, driving "
    "lesson, museum tour, chess club, language class, flat viewing, boiler repair, photo "
    "session, first-aid course, blood test, dance class, radio interview, garden tour"
)

GOODS = {
    "lemon": "lemons",
    "egg": "eggs",
    "onion": "onions",
    "carrot": "carrots",
    "apple": "apples",
    "candle": "candles",
    "pear": "pears",
    "banana": "bananas",
    "pepper": "peppers",
    "tomato": "tomatoes",
    "potato": "potatoes",
    "battery": "batteries",
    "envelope": "envelopes",
    "stamp": "stamps",
    "yoghurt": "yoghurts",
    "sponge": "sponges",
    "mango": "mangoes",
    "notebook": "notebooks",
    "cucumber": "cucumbers",
    "peach": "peaches",
}
"""What a shopping list counts: the name of one, and that of many."""

THINGS = {
    "map": "an old map",
    "key": "a brass key",
    "ring": "a silver ring",
    "letter": "a sealed letter",
    "coin": "a rare coin",
    "camera": "a small camera",
    "watch": "a broken watch",
    "book": "a thin book",
}
"""What changes hands in a story: how it is called, and how it comes in."""
