"""The function words, equivalents and opposites that decide whether two sentences say the same; general English, no topic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import permutations

from index.terms import stem

NEGATIONS = frozenset(
    """not no never none nothing neither nor without cannot can't don't doesn't isn't aren't won't shouldn't didn't wasn't
    weren't couldn't wouldn't haven't hasn't nobody nowhere""".split()
)
IMPLICIT_NEGATIONS = frozenset(
    """hardly rarely seldom instead rather except unless lack lacks lacking fail fails failing failed false wrong error
    mistake prevent prevents avoid avoids impossible unlike unable invalid unreliable useless forbid forbids excludes
    ruin ruins ruined destroys cease stops loses barely unsupported""".split()
)
STRONG = frozenset(
    """all always every everyone everybody only must required requires require mandatory never entirely completely wholly
    guarantee guarantees guaranteed best most worst any anything anyone cannot impossible solely exclusively purely whole
    consists exactly regardless whatever nothing nobody ever hardest easiest inevitably certainly none sole""".split()
)
HEDGES = frozenset(
    """usually often can may might could some sometimes mostly mainly typically generally frequently likely possibly perhaps
    about around roughly approximately nearly almost many several probably commonly normally largely partly tends tend
    considers possible help helps little""".split()
)
OBLIGATIONS = frozenset(
    "must required requires require need needs needed have has mandatory necessary essential should".split()
)
BOUNDARIES = frozenset("whereas while but because since so which unless although though yet whose where when if".split())
CONTRASTS = frozenset("whereas while but although though yet".split())

_EQUIVALENTS = """
    about around roughly approximately some nearly|need require necessary must call|use employ apply utilize take|
    often frequently commonly|usually normally typically generally mostly|help assist aid support|begin start|
    make build create construct produce generate|show reveal display demonstrate indicate|
    keep retain preserve hold stay remain|choose pick select|change alter modify adjust|big large great huge major|
    small little tiny minor|quick fast rapid speed|slow sluggish|important essential crucial vital matter key|learn study|
    person people someone somebody user human|error mistake wrong|check test verify validate examine inspect|
    allow let enable permit|give provide offer yield supply|fix correct repair|start begin first initial|
    end finish last final complete|before precede first earlier prior|after follow later once then|cost price|
    expensive costly|cheap inexpensive|discover find detect spot locate|get obtain gain receive|explain describe clarify|
    say state tell note mention|job role position work post|company firm business employer|
    method technique approach way procedure|goal aim target objective purpose|measure metric gauge|
    part portion share piece section|whole entire full total|single one alone each per every|
    many several numerous various multiple|enough sufficient adequate|hide conceal mask|destroy ruin break harm damage|
    wrong false incorrect invalid inaccurate|right correct true valid|miss overlook ignore neglect forget omit|
    prefer favour favor like|reduce lower decrease shrink cut lessen diminish|
    increase raise grow rise boost improve enlarge|improve better enhance|because since as due reason|
    therefore so hence thus|like such example instance|month monthly|year yearly annual|week weekly|day daily|hour hourly|
    teach train|twice double two|quarter four fourth|overload burden|leak expose|remove delete drop strip|
    add append include insert|store save keep|put place set belong|combine merge join unite both|
    split divide separate apart|differ vary different various other|same equal identical alike|mean average|
    convert turn transform|difficult hard tough challenging|easy simple straightforward|possible feasible can able|
    succeed work|run execute|depend rely hang hinge|suggest recommend advise propose|consider regard treat count|
    automatic automated automatically|near close nearby|answer reply respond response|ask query question request|
    judge rate assess evaluate score|rule guideline|worth value valuable|risk danger|law legal regulation|
    sure certain confident|money budget|plot chart graph figure diagram|hint suggest imply indicate|picture image photo|
    respect obey comply honour|block ban|warning alert|silent quiet unnoticed|shape form|memorize memorise remember|
    recent recently new|frequent often|scarce rare|abundant plenty|reach attain achieve arrive|aware conscious know|
    believe think assume suppose|belief assumption|hope wish want desire|plan intend|guess estimate|count number figure|
    calculate compute work reckon|group cluster class category|kind type sort|piece item element component|
    property attribute feature characteristic trait|relation relationship link connection association|
    connect link relate associate|step stage phase|speed pace rate|size scale extent|amount quantity volume|
    limit bound cap restrict|border edge margin|top head peak|bottom base foundation groundwork basis|basic fundamental|
    main primary principal chief major|minor secondary|special particular specific certain|general common usual|
    clear obvious evident plain|unclear vague|exact precise accurate|rough approximate|complex complicated|
    careful cautious|careless|deliberate intentional purpose|accident chance random luck|sudden abrupt|gradual slow|
    continue carry proceed|return come back|enter join|leave quit depart exit|send transmit pass hand forward|
    receive get accept|carry hold bear|lift raise|throw discard waste lose|repair mend fix|damage harm hurt injure|
    protect guard shield secure safe|danger threat hazard|attack assault|defend protect|win gain earn|
    pay spend cost charge|buy purchase acquire|sell trade|rent hire lease|own belong|lend borrow|share distribute|
    lead guide direct steer manage|boss manager lead|staff personnel employee worker|team crew group|
    customer client buyer shopper|user person people|child kid|adult grown|doctor physician|illness disease sickness|
    medicine drug medication|city town|country nation state|area region zone|street road|house home building|
    car vehicle automobile|ship boat vessel|book volume text|movie film|song tune|author writer|teacher instructor|
    student learner pupil|school college university|degree diploma|exam test|lesson class course|war conflict battle|
    army troop force|king ruler monarch|government state|vote elect election|president leader|
    name call term title label known|mean denote signify stand|refer point|quote cite|list enumerate name|
    summarise summarize outline|shorten abbreviate cut|lengthen extend prolong|widen broaden|narrow restrict|fill occupy|
    empty drain|full packed|open unlock|close shut|begin launch open|appear seem look emerge|vanish disappear|
    occur happen arise come|exist be live|die perish|born birth|grow develop evolve|advance progress|
    delay postpone defer late|hurry rush|wait pause|rest remain|sleep|eat consume|drink|demand ask require|supply provide|
    invite ask|refuse reject decline deny|agree accept consent|disagree object dispute|argue claim assert maintain|
    prove show demonstrate|deny dispute|admit concede|promise guarantee assure|warn caution alert|blame fault|thank|
    forgive|ignore disregard overlook|notice detect observe see|watch look view|hear listen|feel sense|touch contact|
    influence affect impact shape|drift shift move|shift move change|turn rotate|push press|pull draw attract|
    draw sketch plot|paint|write record log note|erase delete remove wipe|copy duplicate replicate|print publish|
    replace substitute swap exchange|interchange swap exchange|mix blend combine|filter screen sift|rank order sort|
    match fit correspond agree|weigh measure|predict forecast estimate|infer deduce conclude derive|solve resolve settle|
    problem issue trouble difficulty|challenge difficulty|question issue matter|reason cause ground motive|
    purpose aim goal|benefit advantage gain profit|drawback disadvantage downside|weakness flaw shortcoming defect|
    strength power|tool instrument utility|machine device computer hardware|program software application app|
    code program script|bug error defect fault|failure breakdown crash|crash fail|request call query|network net|
    server host|file document|folder directory|table sheet|column field feature|row record line|cell|key identifier|
    value number|text string word|sentence phrase|paragraph passage|page sheet|chapter section|version release edition|
    update renew refresh|load fetch download read|save store keep|restore recover|backup copy|test trial experiment|
    trial attempt|sample example case instance|population|mean average|spread variance deviation|
    chance probability likelihood|likely probable|unlikely improbable|odds chance|rate frequency|
    share proportion fraction percentage|half|third|double twice|triple threefold three|quarter four fourth|once one|
    thrice three|dozen twelve|decade ten|century hundred|stand-in surrogate substitute proxy|apiece each|
    mostly mainly chiefly largely|only just merely solely|scarcely hardly barely|yet still|already|soon shortly|
    later afterwards|earlier previously before|formerly|now currently today|nowadays currently today|always ever|forever|
    daily everyday|overlook miss|inspect examine|underpower power|insist demand|advert advertisement listing|
    duty task responsibility obligation|entry route path way|reach become|groundwork foundation|frequently often|
    ends final last|but while whereas although though yet|instead rather|unless except without|also too besides|
    again anew redo repeat|freeze frozen|write wrote written|expertise skill knowledge|expert specialist professional|
    beginner novice newcomer|experience practice practical|practise practice exercise rehearse|watch monitor observe|
    trust reliance confidence|bring deliver ship|release deploy publish launch|consequence effect result outcome impact|
    extra additional further more|suit fit appropriate|everybody everyone all|show see view|try attempt|
    stop halt cease prevent|own have hold possess|contain include hold comprise|sort order rank arrange|
    stretch span range extend run go
    """
_OPPOSITES = """
    increase decrease|increase reduce|raise lower|rise fall|grow shrink|more less|more fewer|higher lower|high low
    larger smaller|large small|big small|longer shorter|long short|faster slower|fast slow|quick slow|lengthen shorten
    early late|earlier later|before after|first last|begin end|start end|start stop|include exclude|allow forbid
    allow prevent|enable prevent|require optional|need optional|mandatory optional|necessary unnecessary|easy difficult
    easy hard|simple complex|cheap expensive|cheaper dearer|free paid|good bad|better worse|best worst|improve worsen
    improve harm|strong weak|stronger weaker|gain lose|keep lose|keep drop|keep remove|add remove|inside outside
    above below|left right|top bottom|maximum minimum|most least|maximise minimise|maximize minimize|true false
    right wrong|correct incorrect|valid invalid|same different|equal unequal|similar different|always never|often rarely
    often seldom|usually rarely|frequent rare|common rare|many few|all none|everyone nobody|open closed|public private
    favour disadvantage|favor disadvantage|prefer avoid|use avoid|succeed fail|work fail|possible impossible|able unable
    known unknown|visible hidden|show hide|directly indirectly|explicit implicit|static dynamic|local remote|local global
    global local|online offline|input output|supervised unsupervised|structured unstructured|balanced unbalanced
    biased unbiased|dependent independent|convex nonconvex|discriminative generative|encode decode|accept reject|buy sell
    push pull|send receive|read write|senior junior|full partial|separate combine|separate merge|split merge
    together apart|smooth rough|sparse dense|narrow wide|deep shallow|cause prevent|protect expose|safe unsafe
    safe dangerous|reliable unreliable|supported unsupported|important unimportant|useful useless|available unavailable
    stable unstable|realistic unrealistic|standard nonstandard|secure insecure|sharpen blur|manual automatic
    manually automatically|internal external|upper lower|ascending descending|past future|supports contradicts
    increases decreases|increased decreased|increases reduces|raises lowers|raised lowered|rises falls|rose fell
    reduces increases|reduced increased|improves worsens|requires forbids|allows forbids|allows prevents|includes excludes
    included excluded|begins ends|starts stops|gains loses|keeps loses|kept lost|adds removes|added removed|succeeds fails
    succeeded failed|shortens lengthens|faster slower|cheaper costlier|stronger weaker|largest smallest|highest lowest
    longest shortest|oldest newest|causes prevents|caused prevented|won lost|favours disadvantages|opened closed
    accepted rejected|supported opposed|agree disagree|help hinder|help hurt|encourage discourage|praise blame
    destroy build|shrink enlarge|expand shrink|overestimate underestimate|overfit underfit|ahead behind|forward backward
    north south|east west|rich poor|young old|new old|day night|hot cold|warm cold|light dark|light heavy|male female
    win lose|live die|birth death
    """


@cache
def equivalents() -> Mapping[str, frozenset[str]]:
    """Stem to the stems that often say the same."""
    return _neighbours(_EQUIVALENTS)


@cache
def contraries() -> Mapping[str, tuple[str, ...]]:
    """Word to the words that say the contrary, as they are written."""
    found: dict[str, list[str]] = {}
    for group in re.split(r"\||\n", _OPPOSITES):
        for left, right in permutations(group.split(), 2):
            found.setdefault(left, []).append(right)
    return {word: tuple(others) for word, others in found.items()}


@cache
def opposites() -> Mapping[str, frozenset[str]]:
    """Stem to the stems that say the contrary."""
    return _neighbours(_OPPOSITES)


def _neighbours(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in re.split(r"\||\n", text):
        members = {stem(word) for word in group.split()}
        for member in members:
            found.setdefault(member, set()).update(members - {member})
    return {word: frozenset(others) for word, others in found.items()}
