"""Words made of two words, written as one.

A line of the table is a first part and the second parts that can follow it; a digit behind a second
part is the band of the word they make: 2 and 3 are less common. `RARE_JOINS` lists all other words
that any two parts of the table make, spelled as one, with a hyphen or with a space, so that a wrong
option never makes one by chance: no question asks for these.
"""

from functools import cache

JOINS = """
air: bag3 base3 bed3 brush2 craft drop2 field head2 lift2 line lock3 play3 port ship2 show3 space
air: tight time3 way2
arm: band chair hole
back: board2 bone cloth3 door3 drop field2 fire ground hand room3 side space stage track up ward
back: wash2 water2 yard
bag: pipe
ball: park room
band: stand
base: ball board2 line
bath: house2 room water3
bed: head3 pan room side time
bird: bath2 brain3 house2
black: ball2 bird board guard2 head jack leg3 out smith top
blue: bird fish2 print
board: room
boat: house3 yard3
body: guard work
bone: head2
book: case mark shop worm
box: room3 wood2
brain: storm wash wave3
break: down neck out3 up water
bridge: head2 work2
brush: wood2 work3
burn: out2
case: book3 in2 work
cat: bird2 boat2 fish tail2
chair: lift2
coast: guard3 line
coat: room3 tail3
corn: ball2 field3 flower2
cup: board cake
cut: back out2 up2
day: bed2 break dream light time
dog: fish2 house leg3 wood
door: way
down: fall hill play side3 stage2 stream time town ward wind
dream: boat3 land2
drop: out
dust: pan
earth: ward2 work2 worm
eye: ball sight tooth2
fall: back3 out
farm: hand2 house land yard
field: work
finger: board2 mark3 print
fire: arm ball2 break2 fly guard3 house2 light3 place proof side storm2 trap2 wall water2 wood
fire: work
fish: cake3 net tail
flower: bed pot
fly: over paper2 wheel2
foot: ball bridge fall2 hill print work
gold: field3 fish smith
green: back field3 fly3 horn house
ground: cloth3 nut3 water3 work
guard: house2 room2
hair: band3 brush cut line net pin2 spring2
hand: bag ball2 book craft2 out over3 pick saw3 set2 shake some spring2 stand work2
head: band board2 case3 land light line lock2 room set2 ship3 stone way wind word2
heart: break burn land
hill: side top
horn: pipe2
horse: back box3 fly2 hair2 play shoe tail2
house: boat break coat2 fly2 mate3 mother2 room3 top2 work
in: board2 box2 door field king land line2 mate road set2 shore2 side sight ward
jack: pot
key: board hole stone word
king: pin ship2
land: fall2 line2 mark scape ward2
leg: room2 work2
life: boat guard line time work2
light: house ship3
line: up
lock: out2 smith up2
mark: down up
mill: stone2
moon: light scape2 shine2 stone2
mother: board land2
neck: band3 line
net: ball3 book2 work
news: paper print room3 stand
night: fall life light3 shirt2 spot3 stand3 stick2 time
nut: case3 house3 shell
out: back board3 break door fall3 field house line play2 set shine side ward work3
over: arm3 board book2 coat fly3 ground3 hand head land night pass pay2 play2 print saw shoe2
over: sight time work
paint: ball3 box3 brush work2
pan: cake
paper: back work
park: land3 way
pass: book key2 port word
pay: back3 day out3 wall2
pick: up
pin: ball2 head2 hole2 king up wheel2
pipe: line work3
play: back ground house mate room school3 time3
port: hole
pot: head3 hole
print: out
rain: coat drop fall proof3 storm water
ring: side worm
road: bed2 house show2 side way work2
room: mate
sail: board boat cloth2 fish2
sand: bag box2 paper stone storm
saw: dust horse2 mill2
school: bag3 book2 house2 mate2 room2 work2 yard2
sea: bed2 bird2 board2 coast2 horse3 port ring scape2 shell shore side ward2 way2
set: back table up
shake: down out3 up
shell: fire3 fish
ship: board2 mate2 yard
shirt: tail2
shoe: horn2 shine2 tree3
shop: lift
shore: line2
show: boat2 case down ground3 place2 room time3
side: arm2 board2 light2 line show track wall2
sky: jack2 light line ward2
snow: ball board drop2 fall field3 line3 shoe2 storm
some: body day place time way
space: craft ship
spot: light
spring: board time
stage: craft3 hand2
stand: out pipe3
star: board dust3 fish light ring
stick: pin2 up2
stone: wall work2
stream: line
sun: bed3 burn down fish2 flower light set shine spot2 trap3 up
table: cloth land2
tail: back3 board3 bone3 coat2 light pipe wind2
tea: bag2 cake3 cup light2 pot ring room2 time2
time: line2 table
tooth: brush pick some2
top: coat2 sail2 side2
town: house ship
track: ball3
trap: door
tree: line3 top
under: arm2 brush coat2 cut dog foot ground hand2 line pass pay pin2 play2 sea2 shirt side stand
under: water way3
up: hill land2 lift set side stage stream tight town ward wind3
wall: board2 eye2 flower2 paper
ward: room2
wash: board2 cloth out room stand2
watch: band2 dog word
water: bed board2 craft2 fall hole3 line2 mark mill3 proof side2 tight way wheel3
wave: band3 ring
way: side ward
wheel: base2 chair house3
wind: bag2 break2 burn2 fall mill pipe storm2 up2 ward2
wood: craft2 cut2 land wind work worm2
word: play2 smith3
work: book day2 horse2 house2 mate3 out place room3 shop top3
worm: hole wood2
yard: arm2 stick
"""

RARE_JOINS = """
air: boat hole horn light mark out park proof scape side some spring stream ward wash wave
arm: bone guard in lock
back: band down fall house land lift light out pay saw set shore sight stick stone tooth wall way
back: wind wood word work worm
bag: house net nut room wash work worm
ball: field flower over proof up
band: box case fish pass saw tail work worm
base: band coat net
bath: chair flower
bed: board case chair down flower foot ground in key light mate spring stand table ward way
bird: craft dog eye farm land life stone watch
black: arm back band body book box brush burn cat coat eye fire fish fly foot hand heart hole land
black: light neck pot print sea shirt spot stick tail tea tree wash water wood work
blue: air back ball black book cat coat cup green head jack leg line moon sky star stone top wall
blue: wood
board: foot up
boat: head lift shop side tail ward
body: bag board hair line paint shell shirt wood
bone: black dog fish flower set tail up wood work yard
book: bag board craft land lift mate room stand up ward work
box: ball board coat fish head in spring top tree up work
brain: box case craft pan stone ward water wood work
break: back bone in over stone time wind
bridge: board hand over port pot tree wall ward water way
brush: back ball bird cut down fire land proof up wheel
burn: bag down fire mark over side up wood
cake: box house
case: box mate wood worm
cat: box eye fall foot head hole house line pipe proof stick stone wood worm
chair: bed way
coast: land side ward
coat: stand tree
corn: bird cake fly hole house in land mill pipe snow stone wall worm
craft: work
cup: flower head mate pin stone
cut: down in line over set table tail water work worm
day: book flower fly mark net room school shine side spring star ward watch work
dog: boat body fall foot head hole proof ship shore show star stone tail tooth town watch
door: case guard head lock stone ward yard
down: cut field hole land line pipe set shore some wash way
dream: hole scape time up
drop: back cloth down flower fly head in light line stone worm
dust: bag band box cloth coat fall proof storm tight up
earth: ball board fall light mother nut set shine star up wall
eye: bath black cup drop ground hole lift light line mark shine some spot stone wash water
fall: board down fish in over time under way
farm: horse out place scape town work
field: ball bird corn day hand house line stone ward
finger: fish flower guard hole paint pick smith stone wave work
fire: back base bed bird board boat box burn coat dog door fall flower lock mark pan pot room
fire: shine ship stone tail top tree up ward wheel worm
fish: back ball bed boat bone eye fall farm finger fly house line pot stick way wood worm yard
flower: fly head work
fly: back ball boat book bridge brush fish flower proof tail time trap way
foot: back bag band bath bed board cloth light lock mark pick room stick stone up wall way
gold: coast cup dust eye flower head in stick stone tail water work
green: board bone cloth coat corn eye fish gold hand head heart land light line paper room sand
green: side stick stone tail tea wash way wood yard
ground: ball bird fire fish flower line out wall ward wave way wood
guard: boat dog fish hair ship stone
hair: ball bird brain cloth lock shirt space stone tail up wood work worm
hand: arm cloth down fish flower hole line lock play print stone trap wash wheel worm
head: box chair cloth fish guard mark pin ring sail saw sea shake shop space spring stand stick
head: stream up wall ward water work
heart: bird line nut shake some ward water wood worm
hill: bird ward
hole: out proof some up
horn: book fish fly in stone tail wood work worm
horse: cloth craft fish flower foot head lock pipe show tree way wood
house: ball cat craft dog line paint smith ward
in: arm body break case cut earth eye fall hand lock net place play port ring scape sea shell ship
in: shoe star tail time town trap wall wheel wind wood work
jack: bird box fish head leg light saw smith stone up wood yard
key: line lock out ring set smith way
king: bird craft cup fish head horn nut side wood
land: book lock ship side storm up wash way wind yard
leg: bone horn in
life: day drop ring some spring ward way
lift: back bridge out up
light: air arm blue board boat foot green head proof room show some tight time up wood
line: cut storm work
lock: box down hole house in nut pick pin ring set work
mark: land out stone
mate: ship
mill: board cake hand house stream tail ward wheel work
moon: ball dog down drop dust eye fall fish flower head port proof sail set shell ward way
mother: craft house ship some ward
neck: bone cloth guard ward
net: back fish scape table
news: board boat break show
night: bird fire fish line school shine side sight ward watch work
nut: cake pick tree wood
out: book box bridge burn case cut dream drop eye fire fish fly foot green ground guard heart horn
out: in king land mate night paint pass pay pick pipe place port ring road sail saw scape sea
out: shake show sight spring stand storm stream top wall wash watch water wave way wind wood word
out: yard
over: base bed black body break bridge brush burn cup cut dog door dream dust eye fall fish flower
over: foot green hair hill horse house king leg lift light line lock mark mill net paint park pick
over: place pot proof sail sand sea set shake shine shirt side snow spring stand stream tight top
over: track ward wash watch water wave way wheel wind wood word
paint: pot proof
pan: door drop fish head out pipe side smith table
paper: bag board cup flower gold mill shell
park: in ward
pass: back band mark out over up water way
pay: box cut up
pick: back in lock out over proof smith some tooth work
pin: bone brain case down fall fire fish key lock net proof table tail work worm
pipe: down dream fish in stone up wood
place: down
play: book box craft day down field land out some up ward work
port: fire house land light side way
pot: eye farm house in leg line shop stick stone work
print: head line over shop wheel
proof: room
rain: band bird down light out stick tight tree wash worm
ring: bird bone craft eye finger head neck out road sail stand stick tail time up wall way work
road: book craft head stone track
room: light some ward
sail: room ship yard
sand: board cat fish flower fly hill key proof shoe trap wood worm
saw: back fish fly set smith tooth way wood
scape: wheel
school: board craft day paper ship time ward
sea: bag boat craft dog flower green jack king lift line mark room shine star wall water worm
set: down head in line net out over wall work
shake: proof
shell: back flower head out pot proof shake work
shine: up
ship: craft side smith ward way work worm
shirt: band
shoe: bird black box brush craft flower shop smith
shop: board book land mark mate work
shore: bird fish land side up ward
show: bird board box ring shop up yard
side: band bone box burn chair door head hill horse lock road shake stick stream ward wash way
side: wheel yard
sight: hole line proof saw
sky: blue board box craft pipe port ring sail scape shine stone wave way
smith: craft field work
snow: bird break bridge brush craft flower house king land proof scape shine worm
space: band bridge port time ward
spot: pass table tail
spring: break field finger fish head house lock tail trap up water wood worm
stage: door house land set
stand: back down guard in up watch
star: craft flower king shake shell shine ship spot stone ward worm
stick: ball boat horse in out tail tight water work
stone: bird boat break cat craft fish fly ground hand head horse smith wash wood yard
storm: bird door proof tight ward wind
stream: bed head side ward way
sun: back bath bird break cup day dog fall king land proof room space star stone tea ward way
table: mate saw top
tail: band flower head pin ward water wheel
tea: ball board box break cloth house set shop table
time: ball base out proof ward work
tooth: cup flower proof shell stick wash work
top: dog down hole lift line net out stone tail up work
town: land scape side ward
track: bed down pot road side star way work
trap: ball fall hole light line play stick
tree: farm fish hair house scape ship ward
under: air back bed board body box bridge burn case cloth craft cup down earth eye fall fire fish
under: green guard head hill hole horse king land life lift light lock mark mate pan pick pot
under: print proof ring room sail saw school set shine shoe shore sight sky spring stage stream
under: time ward wash watch wave wheel wind wood work
up: arm band break burn coast cut field flower fly hand leg light line lock road room shore spring
up: stand stick sun table time track tree wall way wheel work yard
wall: bird fish in up work
ward: corn ship word
wash: ball day down hand house in land pot proof road tail up way work
watch: boat box case eye fire guard house key mate night out over spring work
water: back bird brain cup dog down drop head horse pipe pot scape shake table wall ward wash wood
water: work worm
wave: mark proof ward
way: back bird board book house land mark mate out
wheel: band bird box horse lock road smith tree way work
wind: ball boat dog farm fish flower hole park proof ring road sail shake ship stream tight way
wood: box fall fish hole horse house print ship shop side stone wall ward yard
word: book break craft net star
work: bag board boat box hand in over pan ship shirt shoe some space stand table time up yard
worm: fish proof ship wheel
yard: bird land line work
"""


def read_joins(table: str) -> dict[tuple[str, str], int]:
    """The band of each word of a table, by its two parts."""
    found = {}
    for line in table.strip().split("\n"):
        first, _, entries = line.partition(": ")
        for entry in entries.split():
            second = entry.rstrip("23")
            found[first, second] = int(entry[len(second) :] or 1)
    return found


@cache
def bands() -> dict[tuple[str, str], int]:
    """The band of each word that a question may ask for, by its two parts."""
    return read_joins(JOINS)


@cache
def joins() -> frozenset[tuple[str, str]]:
    """Every two parts that make a word, however rare."""
    return frozenset(read_joins(JOINS) | read_joins(RARE_JOINS))


@cache
def spelled() -> frozenset[str]:
    """Every word of the two tables."""
    return frozenset(first + second for first, second in joins())


@cache
def seconds_of() -> dict[str, set[str]]:
    """Of each first part what can follow it, the rarest words left out."""
    found: dict[str, set[str]] = {}
    for first, second in bands():
        found.setdefault(first, set()).add(second)
    return found


@cache
def firsts_of() -> dict[str, set[str]]:
    """Of each second part what can come before it, the rarest words left out."""
    found: dict[str, set[str]] = {}
    for first, second in bands():
        found.setdefault(second, set()).add(first)
    return found
