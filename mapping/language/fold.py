"""One Latin skeleton for every spelling of a name, so that search and matching meet across scripts.

Tajik, Russian and Uzbek in Cyrillic, Uzbek and English in Latin, and the usual damage of old exports end in the
same few letters: Хуҷанд, Худжанд, Khujand and Xujand are all ``hujand``. Three keys, each lossier than the last:

- `skeleton` for the search index and for exact comparison;
- `coarse` where vowels and ҷ/ч are not told apart (Кӯлоб, Куляб, Кулоб; Хучанд for Хуҷанд);
- `name_key` for names of organizations, without legal forms, quotes and the sign for a number.

A file that once went through Windows-1251 has "?" where ҷ ҳ қ ғ ӣ ӯ stood. `wildcard` turns such a text into a
pattern over skeletons, `restore` puts the letters back where one known word fits.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import product

from mapping.language.languages import pattern_rows, word_rows
from mapping.language.rules import RULES, replacer

FOLDING = RULES["folding"]
LETTERS = str.maketrans(FOLDING["letters"])
ARABIC = str.maketrans(*FOLDING["arabic"])
LOOKALIKE = FOLDING["lookalikes"]
TO_CYRILLIC, TO_LATIN = str.maketrans(*LOOKALIKE), str.maketrans(*reversed(LOOKALIKE))

LOST = "ҷҳқғӣӯ"
"""What a "?" of a damaged export can stand for."""
MOST_GAPS = 4
"""Lost letters of one word at most; a word that lost more is not found again."""

APOSTROPHES: str = FOLDING["apostrophes"]
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
_UZBEK_O = re.compile(f"o(?:[ʻʼ]|[{APOSTROPHES}](?=[^\\W\\d_]))")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(f"[^\\W_]+(?:[{APOSTROPHES}][^\\W_]+)*[{APOSTROPHES}]?")
_WORD_OR_LOST = re.compile(f"(?:[^\\W_]|\\?|(?<=[^\\W_])[{APOSTROPHES}])+")
_DAMAGED = re.compile(
    r"[^\W\d_]\?++(?:[^\W\d_]|(?=\s+[^\W\d_]|\s*[»/,;)]|\s*$))|(?:(?<!\?)\B|(?<=[\d_]\?))\?++[^\W\d_]"
)
_IZOFAT = re.compile(r"(?<=[^\W\d_])-(?=[iиӣ](?![^\W_]))", re.I)
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_VOWELS = re.compile(r"[\u0640\u064b-\u0652\u0670]")
"""What Arabic writing may leave out: short vowels, and the stroke that makes a word longer."""
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0711-\u1cff\u1dc0-\u1dff"
    "\u20d0-\u20f0\u2cef-\u2dff\u302a-\u309a\ua66f-\uabff\ufb1e\ufe00-\ufe2f\U00010000-\U0001efff\U000e0100-\U000e01ef]"
)
"""Where signs stand that go with a letter: a stress, and vowels of Burmese, Hindi or Thai; others stand there too."""
_NUMBER_SIGN = re.compile(r"№|\bno\s*+(?:[.:]\s*+)?(?=\d)|#(?=\s?\d)", re.I)
_first, _digraphs = replacer(FOLDING["first"]), replacer(FOLDING["digraphs"])
_coarser, _adjective = replacer(FOLDING["coarse"]), replacer(FOLDING["nominative"])
_TWICE = re.compile(r"([^\W\d_])\1+")
_NUMBER = re.compile(r"\d+")

LONGEST_WORD = 60
"""Letters of a word at most; in a longer one no lost letters are looked for."""

_QUOTED = re.compile(r"[«“„]([^«»“”„]+)[»”“]|\"([^\"]+)\"")
_WRAPPED = re.compile(r"^\"(.*)\"\s*\([^)]*\)$")


_JOINED = re.compile(r"(?<=[a-zа-яёӣӯғқҳҷ])(?=[A-ZА-ЯЁӢӮҒҚҲҶ])|(?<=[A-Z])(?=[A-Z][a-z])")


def apart(heading: str) -> str:
    """Return the words of a heading that a database has without spaces.

    >>> apart("OKToPublish"), apart("ВидПомощи"), apart("Вид помощи")
    ('OK To Publish', 'Вид Помощи', 'Вид помощи')
    """
    return heading if " " in heading else _JOINED.sub(" ", heading)


def tokens(text: str) -> list[str]:
    """Cut a text into words and fold each to Latin letters and digits."""
    return [folded for word in _WORD.findall(_plain(text)) if (folded := _fold_word(word))]


@lru_cache(maxsize=1 << 16)
def skeleton(text: str) -> str:
    """Fold a text to the Latin skeleton that all its spellings share.

    Examples
    --------
    >>> skeleton("Хуҷанд"), skeleton("Khujand"), skeleton("Худжанд"), skeleton("Xujand")
    ('hujand', 'hujand', 'hujand', 'hujand')
    """
    return " ".join(tokens(text))


def words_for(name: str) -> frozenset[str]:
    """Return the folded words of a list in all languages.

    Examples
    --------
    >>> sorted(words_for("partly"))
    ['chastichno', 'kisman', 'otchasti', 'partialy', 'partly']
    """
    return frozenset(skeleton(word) for row in word_rows()[name] for word in row.split(";"))


def alternatives(*names: str) -> str:
    """Return the words of some lists, as they are written, as alternatives of a regular expression, the longest first.

    A word stands whole unless ``*`` takes what follows of it; a space is any blanks, an apostrophe any or none.

    Examples
    --------
    >>> bool(re.fullmatch(alternatives("done to its end"), "анҷом ёфтааст")), alternatives("born").count("dob")
    (True, 1)
    """
    words = {word for name in names for row in word_rows()[name] for word in row.split(";")}
    return f"(?:{'|'.join(map(_as_written, sorted(words, key=lambda word: (-len(word), word))))})"


def _as_written(word: str) -> str:
    """Return the regular expression of a word of a list."""
    pattern = re.sub(r"\\? ", r"\\s{1,9}", re.escape(word).replace(r"\*", r"\w{0,30}"))
    whole = r"(?!\w)" if word[-1].isalnum() else ""
    return _APOSTROPHE.sub(f"[{APOSTROPHES}]?", pattern) + whole


def patterns(name: str) -> str:
    """Return the regular expressions of a list of ``patterns.csv``, those of all languages, as one of alternatives.

    >>> bool(re.search(patterns("on leave"), "в отпуске")), bool(re.search(patterns("on leave"), "at work"))
    (True, False)
    """
    return f"(?:{'|'.join(pattern_rows()[name])})"


def numbered(name: str, first: int = 1) -> dict[str, int]:
    """Return the folded words of a list whose order counts, each with its number.

    Examples
    --------
    >>> months = numbered("months")
    >>> months["may"], months["dekabrya"], months["kasim"]
    (5, 12, 11)
    """
    return {
        skeleton(word): number
        for row in word_rows()[name]
        for number, words in enumerate(row.split(";"), first)
        for word in filter(None, words.split("|"))
    }


def nominative(word: str) -> str:
    """Give a folded Russian adjective in -ski the ending of its first case and gender.

    Examples
    --------
    >>> nominative("dangarinskom"), nominative("hatlonskaya"), nominative("rasht")
    ('dangarinski', 'hatlonski', 'rasht')
    """
    return _adjective(word)


def coarse(text: str) -> str:
    """Fold further, to a key without differences between vowels of one class, ҷ and ч, single and double.

    Examples
    --------
    >>> coarse("Кӯлоб") == coarse("Куляб") == coarse("Ko‘lob")
    True
    """
    return " ".join(coarse_word(word) for word in tokens(text))


@lru_cache(maxsize=65536)
def coarse_word(word: str) -> str:
    """Coarsen one word of a skeleton."""
    return _TWICE.sub(r"\1", _coarser(word))


def is_damaged(text: str) -> bool:
    """Tell whether question marks stand inside words, as an export to Windows-1251 leaves them."""
    return "?" in text and _DAMAGED.search(text) is not None


_GARBLED = re.compile(
    r"\ufffd|[^\W\d_]\?++[^\W\d_]|(?:(?<!\?)\B|(?<=[\d_]\?))\?++[^\W\d_]|(?<!\w)\?{3,}|[ЂЃЉЊЌЋЏђѓљњќћџ]|[À-ÿ]{4}"
    r"|(?:[РСТУÐÑÒÓ][^\sА-яЁёҒғӢӣҚқӮӯҲҳҶҷЎўA-Za-z0-9.,;:()/«»\"'’№-]){2}"
)
"""What becomes of letters that nobody could keep, or that were read in another encoding than they were written in."""


@lru_cache(maxsize=20_000)
def is_garbled(text: str) -> bool:
    """Tell whether a text lost its letters: some to question marks, or all by being read in a wrong encoding.

    A question mark at the end of a word may be a real one, and tells nothing by itself.

    Examples
    --------
    >>> is_garbled("?????? ?????"), is_garbled("Ìàðêàç"), is_garbled("РљСЂРёР·РёСЃ"), is_garbled("Кумак мекунад???")
    (True, True, True, False)
    """
    return _GARBLED.search(text) is not None


def wildcard(text: str) -> re.Pattern[str] | None:
    """Make a pattern for the skeletons that a damaged text can stand for, or None where it is not damaged.

    Each "?" is one lost letter; at the end of a word it may also be a real question mark.

    Examples
    --------
    >>> bool(wildcard("Ша?ри Ху?анд").fullmatch(skeleton("Шаҳри Хуҷанд")))
    True
    """
    if not is_damaged(text):
        return None
    words = (word for word in _WORD_OR_LOST.findall(_plain(text)) if word.strip("?" + APOSTROPHES))
    return re.compile(" ".join(filter(None, map(_pattern, words))))  # "ъъ" has no sound, and no word in a skeleton


def restore(text: str, known: Iterable[str]) -> str:
    """Put lost letters back: each damaged word becomes the one known word that fits it, if just one does.

    ``known`` are words as they should be written, from names and labels seen undamaged.
    """
    if not is_damaged(text):
        return text
    by_skeleton: dict[str, dict[str, str]] = {}
    for written in known:
        by_skeleton.setdefault(skeleton(written), {}).setdefault(written.casefold(), written)

    def mend(match: re.Match[str]) -> str:
        word = match[0]
        if "?" not in word or not word.strip("?"):
            return word
        pattern = re.compile(_pattern(_plain(word)))
        fits = {
            folded: w for key, spelt in by_skeleton.items() if pattern.fullmatch(key) for folded, w in spelt.items()
        }
        fits = {folded: w for folded, w in fits.items() if len(w) == len(word)}
        if len(fits) != 1:
            return word
        (mended,) = fits.values()
        if word.isupper() and len(word.replace("?", "")) > 1:
            return mended.upper()
        if word[0] == "?":
            return mended
        return mended[0].upper() + mended[1:] if word[0].isupper() else mended[0].lower() + mended[1:]

    return _WORD_OR_LOST.sub(mend, text)


@lru_cache(maxsize=20_000)
def name_key(name: str) -> str:
    """Fold the name of an organization to what tells it from others: no legal form, quotes or number sign.

    Examples
    --------
    >>> name_key("ТҶ «Сояи Чинор»") == name_key('"Soya-i Chinor" (Public Organization)') == name_key("PO SOYAI CHINOR")
    True
    """
    return " ".join(key_words(name))


def key_words(name: str) -> list[str]:
    """Return the words of `name_key`."""
    words = tokens(name)
    there = set(words)
    for form in _legal_forms():
        if form[0] not in there:
            continue
        for start in range(len(words) - len(form), -1, -1):
            if tuple(words[start : start + len(form)]) == form and len(words) > len(form):
                del words[start : start + len(form)]
    return [w for n, w in enumerate(words) if not (w == "no" and words[n + 1 : n + 2] and words[n + 1].isdigit())]


def quoted_key(name: str) -> str:
    """Fold what stands in quotation marks in a name, with its number: the part that is the same in every language.

    Nothing where there are no quotation marks, or only a letter or two inside.

    Examples
    --------
    >>> quoted_key("Маркази дастгирии занон «Нилуфари Обӣ»") == quoted_key('Support centre "Nilufari Obi"')
    True
    """
    match = _QUOTED.search(_WRAPPED.sub(r"\1", name.strip()))
    key = skeleton(match[1] or match[2]) if match else ""
    return " ".join([key, *_NUMBER.findall(name[: match.start()] + name[match.end() :])]) if match and key[2:] else ""


def _plain(text: str) -> str:
    """Casefold, drop what is not seen, and write lookalike letters in the script of their word."""
    if text.isascii():
        return _IZOFAT.sub("", _NUMBER_SIGN.sub(" no ", text)).casefold()
    text = unicodedata.normalize("NFC", _VOWELS.sub("", INVISIBLE.sub("", text)))
    text = _MARKS.sub(lambda sign: "" if unicodedata.category(sign[0])[0] == "M" else sign[0], text)
    text = _LETTERS.sub(lambda word: _one_script(word[0]), text)
    text = _IZOFAT.sub("", _NUMBER_SIGN.sub(" no ", text))
    return unicodedata.normalize("NFKC", text.replace("İ", "i")).casefold()


def _one_script(word: str) -> str:
    """Write a word of mixed scripts in one, where every odd letter has a lookalike."""
    if word.isascii() or not any(letter.isascii() for letter in word):
        return word
    cyrillic, latin = word.translate(TO_CYRILLIC), word.translate(TO_LATIN)
    if not any(letter.isascii() for letter in cyrillic):
        return cyrillic
    return latin if latin.isascii() else word


@lru_cache(maxsize=65536)
def _fold_word(word: str) -> str:
    """Fold one casefolded word."""
    if word.isascii() and word.isdigit():
        return word
    word = _first(_APOSTROPHE.sub("", _UZBEK_O.sub("u", word))).translate(LETTERS)
    if not word.isascii():
        word = "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
        word = word.translate(ARABIC)
    return _TWICE.sub(r"\1", _digraphs(word))


@lru_cache(maxsize=4096)
def _pattern(word: str) -> str:
    """Make the pattern of one plain word in which "?" is a lost letter.

    Every way to fill the gaps is folded, since a letter may melt into its neighbours (зҳ is ж in Latin letters).
    """
    if "?" not in word or len(word) > LONGEST_WORD:
        return re.escape(_fold_word(word))
    gaps = word.count("?")
    if gaps > MOST_GAPS:
        return "(?!)"
    pieces = word.split("?")
    ways = {_fold_word(_fill(pieces, letters)) for letters in product(LOST, repeat=gaps)}
    if word.endswith("?"):
        ways |= {_fold_word(_fill(pieces[:-1], letters)) for letters in product(LOST, repeat=gaps - 1)}
    return f"(?:{'|'.join(sorted(map(re.escape, ways)))})"


def _fill(pieces: list[str], letters: tuple[str, ...]) -> str:
    return pieces[0] + "".join(letter + piece for letter, piece in zip(letters, pieces[1:], strict=True))


@lru_cache(maxsize=1)
def _legal_forms() -> list[tuple[str, ...]]:
    """Return the words of folded legal forms, longest first: they do not tell which body it is."""
    return sorted({tuple(form.split()) for form in words_for("legal form")}, key=lambda form: (-len(form), form))


def is_latin(text: str) -> bool:
    """Tell whether all letters of a text are Latin ones."""
    return all(ord(letter) < FIRST_BEYOND_LATIN for letter in text if letter.isalpha())


FIRST_BEYOND_LATIN = 0x370
"""Where Greek begins in Unicode: all letters before it are Latin or marks."""


@lru_cache(maxsize=4096)
def readable(text: str) -> str:
    """Return a text as it looks: nothing unseen, every sign that stands for a digit or a full stop as that."""
    plain = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if plain.isascii():
        return plain
    seen = (sign for sign in plain if sign not in _UNSEEN and unicodedata.category(sign) != "Cf")
    return "".join(_AS_SEEN.get(sign) or str(unicodedata.digit(sign, sign)) for sign in seen)


_AS_SEEN = dict.fromkeys("。．｡․‧∙·", ".")
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Signs that are not drawn, beside those that only format."""
