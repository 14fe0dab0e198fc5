"""The numbers from one to twelve as English words: CARDINALS[0] is "one", ORDINALS[0] is "first"."""

CARDINALS = tuple("one two three four five six seven eight nine ten eleven twelve".split())
ORDINALS = tuple("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split())
VALUES = {word: value for words in (CARDINALS, ORDINALS) for value, word in enumerate(words, 1)}
