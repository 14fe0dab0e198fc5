"""Numbers as English words: CARDINALS[0] is "one", ORDINALS[0] "first", both to twelve; LARGER has more, to ninety."""

CARDINALS = tuple("one two three four five six seven eight nine ten eleven twelve".split())
ORDINALS = tuple("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split())
VALUES = {word: value for words in (CARDINALS, ORDINALS) for value, word in enumerate(words, 1)}
LARGER = {
    word: value for value, word in enumerate("thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(), 13)
} | {
    word: value for value, word in zip(range(30, 91, 10), "thirty forty fifty sixty seventy eighty ninety".split(), strict=True)
}
