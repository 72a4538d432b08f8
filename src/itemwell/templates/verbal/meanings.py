"""Words of the same meaning and of opposite meaning, by field.

A line of the table is an axis: the words left of the bar mean the same, and so do those right of
it, and each word of one side is the opposite of each word of the other. A word stands in the table
once. A digit behind a word is its band: 2 is less common than none, 3 rarer still. Axes whose words
could be argued to share or to oppose a meaning are named together in `CLOSE` by their first words,
and are never offered beside each other.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

AXES = {
    "character": """
kind caring considerate2 compassionate3 benevolent3 | cruel unkind heartless2 callous3 merciless3
brave courageous2 fearless2 heroic2 valiant3 intrepid3 | cowardly2 timid2 faint-hearted3
arrogant2 conceited3 haughty3 | humble2 modest2 unassuming3
generous unselfish2 charitable2 magnanimous3 | stingy2 miserly3
honest truthful2 sincere2 | dishonest deceitful2 untruthful2
loyal faithful2 devoted2 steadfast3 | disloyal2 unfaithful2 treacherous3
hardworking industrious3 diligent3 | lazy idle2 slothful3 indolent3
polite courteous2 respectful2 | rude impolite2 insolent3 impertinent3
clever intelligent brainy2 | stupid unintelligent2
wise sensible2 prudent3 judicious3 | foolish silly unwise2 imprudent3
careful cautious2 wary3 circumspect3 | careless reckless2 heedless3
stubborn obstinate3 headstrong3 |
talkative chatty2 garrulous3 loquacious3 | reserved2 reticent3 taciturn3
funny amusing2 comical2 humorous2 | serious solemn3
famous celebrated2 renowned3 | unknown obscure3
lucky fortunate2 | unlucky unfortunate2 hapless3
rich wealthy2 prosperous3 affluent3 | poor needy2 penniless2 impoverished3 destitute3
guilty | innocent blameless2
""",
    "state": """
happy glad cheerful joyful merry2 elated3 jubilant3 | sad unhappy sorrowful2 miserable2 dejected3 despondent3
calm relaxed untroubled2 tranquil3 serene3 placid3 | worried nervous anxious2 uneasy2 apprehensive3
angry furious2 enraged2 irate3 |
eager enthusiastic2 avid3 | unwilling reluctant2 loath3
jealous envious2 |
grateful thankful2 appreciative3 | ungrateful
tired weary2 exhausted2 fatigued3 | rested refreshed2
healthy fit2 | ill sick unwell2 ailing3
strong powerful2 mighty2 robust3 | weak feeble2 frail3
young youthful2 juvenile3 | old elderly2
alive living | dead lifeless2 deceased3
asleep | awake
absent missing2 | present
damaged broken2 | intact3 unharmed2 undamaged
wild untamed2 feral3 | tame domesticated2
safe secure2 | dangerous risky2 unsafe hazardous3 perilous3
full packed2 crammed2 | empty
""",
    "look and touch": """
big large huge enormous gigantic2 immense2 colossal3 | small little tiny minuscule3 diminutive3
wide broad2 | narrow
high lofty3 | low
deep | shallow
straight | bent curved2 crooked2
hot scorching2 sweltering3 | cold chilly icy frigid3
bright radiant3 luminous3 | dark dim2 murky3
wet damp2 moist2 sodden3 | dry arid3 parched3
loud noisy deafening2 thunderous3 | quiet silent hushed2 noiseless2 inaudible3
smooth | rough bumpy2 uneven2
sharp pointed2 | blunt2
rigid3 stiff2 inflexible2 | flexible2 bendy2 supple3 pliable3
clean spotless2 pristine3 immaculate3 | dirty filthy2 grimy2 soiled3
tidy neat orderly2 | messy untidy2 cluttered2
beautiful pretty attractive2 gorgeous2 | ugly hideous2 unsightly3 unattractive2
tasty delicious2 delectable3 | bland2 tasteless2 insipid3
vivid2 colourful2 | drab3 colourless2
tight taut3 | loose slack2
heavy hefty2 |
transparent2 see-through | opaque3
""",
    "time": """
fast quick rapid2 swift2 speedy2 | slow sluggish2 unhurried2
early | late overdue2 tardy3 belated3
modern2 contemporary3 up-to-date2 | outdated2 antiquated3 obsolete3 old-fashioned
brief short2 | long lengthy2 prolonged3
temporary2 fleeting3 momentary3 transient3 | permanent2 lasting2 enduring3 everlasting2
constant2 ceaseless3 incessant3 unending2 | occasional2 intermittent3 sporadic3
sudden abrupt2 | gradual2
final last concluding3 ultimate3 | first initial2
previous2 prior3 | later subsequent3
immediate2 instant2 | delayed2
annual2 yearly |
daily everyday2 |
""",
    "judgement": """
excellent superb2 outstanding2 superlative3 | terrible awful dreadful2 atrocious3 abysmal3
easy simple effortless2 straightforward2 | difficult hard tricky2 demanding2 arduous3
correct right accurate2 | wrong mistaken2 inaccurate2 erroneous3
real genuine2 authentic3 | fake false2 bogus3 counterfeit3
important significant2 major2 | unimportant minor2 trivial3
necessary essential2 vital2 indispensable3 | unnecessary needless2 superfluous3
useful helpful handy2 | useless
interesting fascinating2 absorbing3 engrossing3 | boring dull tedious2 monotonous3 dreary3
cheap inexpensive2 | expensive costly2 exorbitant3
valuable precious2 | worthless2
obvious clear evident2 | unclear vague2 ambiguous3
certain sure definite2 | doubtful2 unsure2
possible feasible3 achievable2 | impossible unachievable2
public | private
fair impartial3 unbiased2 | unfair biased2 prejudiced3
same identical2 | different dissimilar3
legal lawful2 legitimate3 | illegal unlawful2 illicit3
allowed permitted2 | forbidden2 banned prohibited3
voluntary2 optional2 | compulsory2 obligatory3 mandatory3
artificial2 man-made synthetic3 | natural
strange odd peculiar2 weird bizarre3 outlandish3 | normal ordinary usual typical2 commonplace3
plentiful2 ample2 abundant2 copious3 | scarce2 sparse3 meagre3 scanty3
whole entire2 complete | partial2 incomplete2
enough sufficient2 adequate2 | insufficient2 inadequate2
inferior2 | superior2
internal2 inner | external2 outer
urban3 | rural3
""",
    "dealings": """
help assist2 aid2 | hinder3 hamper3 impede3 obstruct3
attack assault2 assail3 | defend protect guard2 shield2
praise applaud2 commend3 | criticise2 condemn3 denounce3
allow let permit2 | forbid2 ban prohibit3
accept | refuse2 reject2 decline3
agree consent3 concur3 | disagree2
argue quarrel2 squabble3 bicker3 |
love adore2 cherish3 | hate loathe3 detest3 despise3
annoy irritate2 vex3 exasperate3 | please delight2
frighten scare terrify2 alarm2 | reassure3
surprise astonish2 amaze2 astound3 |
give donate2 bestow3 | receive2
buy purchase2 | sell
borrow | lend
teach instruct2 educate2 |
obey comply3 | defy3 disobey2
admit confess2 acknowledge3 | deny2
trust | doubt2 suspect2 mistrust3
forgive pardon2 |
punish chastise3 | reward2
harm injure2 hurt wound2 | heal2 cure2
ask enquire2 question2 | answer reply respond2
shout yell bellow3 | whisper murmur2
laugh giggle2 chuckle2 | cry weep2 sob2
promise vow2 pledge2 |
surrender2 yield3 submit3 | resist2 withstand3
imitate2 copy mimic3 |
include | omit3 exclude2
lead guide2 | follow
""",
    "action": """
begin start commence3 | end finish conclude3
stop halt2 cease3 | continue persist3
rise ascend3 | fall descend2
increase grow2 | decrease lessen2 diminish3 dwindle3
expand2 enlarge2 | shrink2 contract3
push shove2 | pull tug2 drag2 haul3
open | close shut
join connect2 link2 unite2 | separate2 divide2 split sever3
throw toss2 hurl2 fling2 | catch
grip2 grasp2 clutch3 | release2
build construct2 erect3 | destroy demolish3
break smash2 shatter3 | mend repair2 fix
hide conceal2 | show reveal2 expose3
find discover2 locate2 | lose misplace2 mislay3
remember recall2 recollect3 | forget
succeed triumph3 prevail3 | fail
arrive | leave depart2
waste squander3 | save conserve3
gather collect2 amass3 accumulate3 | scatter2 disperse3
lift raise2 hoist3 elevate3 | lower2
hurry rush dash2 hasten3 | dawdle3 linger3
sleep doze2 slumber3 | wake
choose pick select2 |
strengthen2 reinforce3 fortify3 | weaken2 undermine3
improve enhance3 | worsen2 deteriorate3
freeze | melt thaw2
float | sink
fill | drain2
wander2 roam2 ramble3 |
tremble2 shiver2 quiver3 |
tear rip2 |
jump leap2 |
eat consume3 |
think consider2 ponder3 contemplate3 |
try attempt2 endeavour3 |
need require2 |
guess estimate2 surmise3 |
vanish2 disappear | appear emerge3
chase pursue3 | flee escape2
""",
    "people": """
friend companion2 pal chum2 | enemy foe2 adversary3
beginner novice3 | expert
teacher instructor2 tutor2 |
doctor physician3 |
thief robber2 burglar2 |
leader chief2 | follower2
hero | villain3
guest visitor | host
ancestor2 forefather3 | descendant2
child kid youngster2 | adult grown-up
winner victor3 champion2 | loser
crowd throng3 multitude3 |
amateur3 | professional3
""",
    "things": """
beginning outset3 | ending conclusion2 finale3
danger peril3 hazard3 risk2 | safety security2
victory | defeat
strength power2 might3 | weakness frailty3
success | failure
happiness joy bliss3 | sadness sorrow2 misery2
anger rage2 fury2 wrath3 |
fear fright terror2 dread2 | courage bravery2
war conflict2 | peace harmony3
truth | lie fib2 falsehood3
wealth riches2 fortune2 | poverty2
mistake error2 blunder3 |
job occupation2 profession3 |
house dwelling3 residence2 abode3 |
journey trip voyage2 expedition3 |
story tale2 narrative3 |
advantage2 benefit2 | disadvantage2 drawback3
profit2 gain2 | loss deficit3
entrance entry2 | exit
top summit2 peak2 pinnacle3 | bottom base2
edge rim3 | centre middle core3
dawn2 daybreak3 sunrise | dusk3 nightfall3 sunset
freedom liberty3 independence3 | captivity3 imprisonment3
knowledge understanding2 | ignorance3
affection3 fondness3 | hatred2 loathing3
shortage2 lack2 deficiency3 | surplus3 excess2 glut3
part piece section2 portion2 |
prize award2 |
custom2 tradition2 |
rubbish litter2 trash debris3 |
illness disease2 ailment3 |
picture image2 illustration3 |
smell odour3 scent2 aroma3 |
taste flavour2 |
noise din3 | silence
speed pace2 velocity3 |
cloth fabric2 textile3 |
""",
}

CLOSE = """
strange: same plentiful
possible: easy important
strong: important
rich: inferior excellent
kind: hot easy
polite: sudden brief sharp kind
wise: deep
healthy: happy
lucky: grateful
kind: loyal polite smooth
brave: calm careful certain eager healthy strong vivid
arrogant: big damaged high important inferior polite talkative
generous: happy honest kind loyal plentiful polite tight
honest: kind loyal obvious polite real straight
loyal: polite rigid safe
hardworking: tight tired wild
polite: talkative wise
clever: fast healthy interesting sharp wise
careful: certain clever eager fast hardworking safe sharp strong wide wise
funny: happy healthy honest important lucky real safe wet
famous: obvious strange
lucky: rich valuable
rich: strong tasty valuable vivid
guilty: obvious rich
happy: high inferior lucky plentiful rich
calm: careful eager easy excellent funny happy kind loud lucky obvious safe smooth strong
calm: talkative
angry: calm happy jealous wild
eager: fast hardworking hot strong tired wild
grateful: happy
healthy: heavy strong tidy tired whole wise
strong: tasty tired
alive: asleep early full hardworking hot necessary tired whole
asleep: calm tired
damaged: healthy high rich smooth straight strong whole wild
safe: tight wild
full: heavy high plentiful rich whole wide
big: brave brief deep generous heavy high important inferior loud plentiful wide young
high: inferior sharp wide
deep: excellent heavy high rich vivid wide
straight: tidy tight transparent
hot: legal lucky tasty
bright: calm careful clever excellent famous fast funny happy interesting lucky obvious sharp
bright: transparent vivid wise
loud: smooth talkative tasty vivid wild
smooth: straight strange tasty tight whole
sharp: smooth straight sudden tight wise
rigid: sharp smooth straight strong stubborn tight wet
clean: easy excellent fair full legal obvious tasty tidy vivid whole
tidy: vivid
beautiful: clean excellent fair interesting tasty tidy valuable vivid
tasty: tidy vivid
tight: wet
heavy: high important interesting strong tidy wide
transparent: vivid
fast: hardworking hot interesting loyal modern smooth sudden temporary tired
early: final modern polite young
modern: young
brief: constant enough fast high plentiful rich sudden temporary
temporary: whole
constant: fast loyal sudden temporary
sudden: temporary
previous: early modern final young
immediate: early fast sudden temporary brief
daily: strange constant
final: high modern young
excellent: funny happy important inferior interesting lucky strange tasty tidy vivid
easy: fast funny heavy kind plentiful rich smooth straight strong sudden tight
correct: fair honest legal loyal obvious possible real straight wide
real: same wild young
important: necessary useful valuable
necessary: useful valuable voluntary
useful: valuable
interesting: sharp strange wet
cheap: generous inferior loud tasty valuable
obvious: possible public real transparent vivid wide
certain: correct obvious possible real safe voluntary
public: voluntary
fair: generous honest kind legal loyal polite public real same strange voluntary whole wise
legal: public straight voluntary
allowed: correct fair legal public voluntary
artificial: clever polite real sharp strange wild
strange: tired wise
plentiful: rich strange tight whole wide
enough: generous high plentiful rich whole
internal: public straight
help: hide hurry improve lead stop strengthen teach
attack: begin frighten harm help hide hurry jump lead obey shout stop surprise surrender teach
attack: tear
praise: promise punish push remember
allow: arrive give guess help improve include need obey stop strengthen waste
accept: admit agree allow ask attack borrow chase find float give improve include increase
accept: obey rise succeed surrender
agree: allow annoy argue ask attack begin give include love obey praise surrender think trust
argue: ask attack
love: praise promise think trust
annoy: attack chase eat frighten harm improve love praise surprise throw
frighten: harm hurry sleep
surprise: throw
give: grip guess help hide improve lead open promise strengthen surrender think throw trust
buy: give push surrender
borrow: buy give trust
obey: surrender
admit: agree allow ask include obey open sleep
forgive: harm praise punish surrender
punish: strengthen teach
harm: lift praise punish push tear throw try waste
ask: attack fill need
laugh: need shout tear
imitate: lead
include: jump obey open remember
lead: rise stop succeed teach
begin: break build eat gather join lift open rise stop think
stop: succeed throw wander
rise: strengthen succeed surrender vanish
increase: lead lift rise strengthen vanish
expand: increase lift promise rise strengthen throw
push: throw
open: stop surrender
join: push rise think
throw: waste
grip: join push tear throw
build: eat gather harm increase join lift tear waste
break: build chase choose fill find float freeze gather give harm hide hurry improve increase
break: join lift rise stop strengthen succeed tear vanish waste
hide: lead remember vanish
find: gather give hide improve increase remember rise throw vanish
remember: think try vanish
succeed: try
arrive: begin chase find gather give hide hurry jump lead open remember stop succeed surrender
arrive: vanish
gather: grip hide increase join lead lift push remember throw vanish
lift: push rise sleep strengthen throw vanish
hurry: jump lead push rise tear throw wander
choose: eat gather guess lead praise push remember think try
strengthen: vanish
improve: lift strengthen succeed
freeze: grip strengthen try vanish
float: freeze give rise try
fill: increase open strengthen waste
tear: waste
jump: rise
eat: fill throw try waste
think: trust try
need: try
guess: promise remember think trust try
chase: hurry jump lead obey stop surprise surrender vanish
friend: winner
beginner: child hero leader teacher winner
teacher: winner
leader: teacher winner
hero: leader part thief winner
ancestor: child leader
child: friend guest teacher
crowd: guest
amateur: beginner child hero leader teacher winner
beginning: dawn edge entrance part top victory
danger: fear freedom illness noise part strength war wealth
victory: war
strength: success taste victory
success: victory wealth winner
happiness: victory war
anger: danger fear noise war
fear: freedom mistake noise war
mistake: story success truth
job: journey
house: part
journey: mistake
story: truth
advantage: prize profit strength success victory wealth
profit: shortage strength success victory wealth
entrance: house profit top
edge: entrance part top
dawn: edge entrance top
freedom: happiness victory war
knowledge: mistake story strength truth
affection: anger danger fear freedom happiness noise victory war
shortage: wealth
part: profit shortage success top wealth
prize: profit strength success victory
custom: job journey knowledge
rubbish: speed
illness: strength
picture: story
smell: taste
noise: war
"""

CLASSES = {
    "character": "adjective",
    "state": "adjective",
    "look and touch": "adjective",
    "time": "adjective",
    "judgement": "adjective",
    "dealings": "verb",
    "action": "verb",
    "people": "noun",
    "things": "noun",
}
"""The word class of a field, so that all options of a question can share theirs."""


class Word(NamedTuple):
    """A word of the table. `axis` is the first word of its line, `side` 0 or 1."""

    text: str
    band: int
    field: str
    axis: str
    side: int

    @property
    def word_class(self) -> str:
        return CLASSES[self.field]


def read_word(entry: str, field: str, axis: str, side: int) -> Word:
    text = entry.rstrip("23")
    return Word(text, int(entry[len(text) :] or 1), field, axis, side)


def read_words() -> Iterator[Word]:
    for field, lines in AXES.items():
        for line in lines.split("\n"):
            for side, entries in enumerate(line.split("|")):
                for entry in entries.split():
                    yield read_word(entry, field, line.split()[0].rstrip("23"), side)


@cache
def words() -> dict[str, Word]:
    """The table by text."""
    return {word.text: word for word in read_words()}


@cache
def close_axes() -> dict[str, frozenset[str]]:
    """The axes too close to each axis to be told from it, the axis itself among them."""
    close: dict[str, set[str]] = defaultdict(set)
    for line in CLOSE.strip().split("\n"):
        axis, _, others = line.partition(": ")
        for other in others.split():
            close[axis].add(other)
            close[other].add(axis)
    return {word.axis: frozenset(close[word.axis] | {word.axis}) for word in words().values()}


@cache
def sides() -> dict[tuple[str, int], tuple[Word, ...]]:
    """The words of each side of each axis."""
    found: dict[tuple[str, int], list[Word]] = defaultdict(list)
    for word in words().values():
        found[word.axis, word.side].append(word)
    return {side: tuple(own) for side, own in found.items()}


def same_meaning(word: Word) -> list[Word]:
    """Every other word of its side."""
    return [other for other in sides()[word.axis, word.side] if other != word]


def opposite_meaning(word: Word) -> list[Word]:
    """Every word of the other side; [] where the line has one side."""
    return list(sides().get((word.axis, 1 - word.side), ()))


def share_a_root(one: str, other: str) -> bool:
    """Whether the spelling of one gives the other away, as "happy" does "unhappy"."""
    return one[:4] == other[:4] or one[-4:] in other or other[-4:] in one or one[-5:] == other[-5:]


def can_stand_beside(word: Word, other: Word) -> bool:
    """Whether `other` is of the same class and surely neither the same in meaning nor opposed."""
    same_class = other.word_class == word.word_class
    return (
        same_class
        and other.axis not in close_axes()[word.axis]
        and not share_a_root(word.text, other.text)
    )


@cache
def neighbours(word: Word, band: int) -> tuple[Word, ...]:
    """Words of its field that mean something else, none rarer than `band`."""
    return tuple(
        other
        for other in words().values()
        if other.field == word.field and other.band <= band and can_stand_beside(word, other)
    )


def look_alike(one: str, other: str) -> bool:
    """Whether they begin with the same two letters, or end with the same three."""
    return one[:2] == other[:2] or one[-3:] == other[-3:]


@cache
def lookalikes(word: Word, band: int) -> tuple[Word, ...]:
    """Words of other fields that mean something else and look like it, none rarer than `band`."""
    return tuple(
        other
        for other in words().values()
        if other.field != word.field
        and other.band <= band
        and look_alike(word.text, other.text)
        and can_stand_beside(word, other)
    )
