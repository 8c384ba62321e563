"""Bodies of our own invention of which it is known who is who: to measure how well doubles are found.

Each body has a proper name made of invented syllables, a kind, perhaps a legal form, and contacts. A double is the
same body as another list has it: in another language or script, abbreviated, misspelt, with words lost, with other
contacts or none. Beside the doubles stand those that must not be taken for one: branches of one name in other
districts, neighbours of one switchboard, names that share a word, offices that differ in a number.
"""

import random
from dataclasses import dataclass, field

from mapping.quality.known_organizations import Body

LANGUAGES = ("tg", "ru", "en", "uz", "la")
"""Tajik, Russian, English, Uzbek, and Tajik in Latin letters."""

ONSETS = ["б", "в", "г", "ғ", "д", "з", "к", "қ", "л", "м", "н", "п", "р", "с", "т", "ф", "х", "ҳ", "ҷ", "ч", "ш"]
VOWELS = ["а", "а", "а", "и", "и", "о", "о", "у", "э", "ӯ"]
CODAS = ("", "", "", "н", "р", "л", "з", "м", "ш", "б", "д", "т")

SPELT = {
    "ru": {"ғ": "г", "қ": "к", "ҳ": "х", "ҷ": "дж", "ӯ": "у", "ӣ": "и"},
    "en": {
        "б": "b",
        "в": "v",
        "г": "g",
        "ғ": "gh",
        "д": "d",
        "з": "z",
        "к": "k",
        "қ": "q",
        "л": "l",
        "м": "m",
        "н": "n",
        "п": "p",
        "р": "r",
        "с": "s",
        "т": "t",
        "ф": "f",
        "х": "kh",
        "ҳ": "h",
        "ҷ": "j",
        "ч": "ch",
        "ш": "sh",
        "а": "a",
        "и": "i",
        "о": "o",
        "у": "u",
        "э": "e",
        "ӯ": "u",
        "ӣ": "i",
    },
    "uz": {"ғ": "gʻ", "х": "x", "ӯ": "oʻ", "а": "o"},
    "la": {"ғ": "gh", "х": "kh", "ӯ": "u", "ҷ": "j", "қ": "q"},
}
"""How Tajik letters are written elsewhere; Uzbek and Latin Tajik take the rest from English."""

REST = {
    "е": "e",
    "ё": "yo",
    "ю": "yu",
    "я": "ya",
    "й": "y",
    "ц": "ts",
    "щ": "shch",
    "ы": "y",
    "ж": "zh",
    "ъ": "",
    "ь": "",
}

KINDS = (
    {
        "tg": "Маркази дастгирии занон",
        "ru": "Центр поддержки женщин",
        "en": "Women's Support Centre",
        "uz": "Ayollarni qoʻllab-quvvatlash markazi",
        "short": "ЦПЖ",
    },
    {
        "tg": "Маркази бӯҳронии занон",
        "ru": "Женский кризисный центр",
        "en": "Women's Crisis Center",
        "uz": "Ayollar inqiroz markazi",
    },
    {"tg": "Беморхонаи ноҳиявии", "ru": "Районная больница", "en": "District Hospital", "uz": "Tuman shifoxonasi"},
    {"tg": "Маркази ҳуқуқии", "ru": "Правовой центр", "en": "Legal Centre", "uz": "Huquqiy markaz"},
    {"tg": "Фонди кӯдакони", "ru": "Детский фонд", "en": "Children's Foundation", "uz": "Bolalar jamgʻarmasi"},
    {
        "tg": "Иттиҳодияи ҷавонони",
        "ru": "Молодёжное объединение",
        "en": "Youth Association",
        "uz": "Yoshlar birlashmasi",
    },
    {
        "tg": "Маркази иттилоотии муҳоҷирони",
        "ru": "Информационный центр мигрантов",
        "en": "Migrant Information Centre",
        "uz": "Muhojirlar axborot markazi",
    },
    {"tg": "Мактаби", "ru": "Школа", "en": "School", "uz": "Maktab"},
    {"tg": "Устохонаи дӯзандагии", "ru": "Швейная мастерская", "en": "Sewing Workshop", "uz": "Tikuv ustaxonasi"},
    {"tg": "Китобхонаи", "ru": "Библиотека", "en": "Library", "uz": "Kutubxona"},
    {"tg": "", "ru": "", "en": "", "uz": ""},
)
"""What bodies are, in each language; the last three are in no table of words that the product has."""

FORMS = {
    "tg": ("ТҶ", "Ташкилоти ҷамъиятии", "ТЧ", ""),
    "ru": ("ОО", "НПО", "ГУ", "Общественная организация", ""),
    "en": ("PO", "NGO", "Public Organization", ""),
    "uz": ("NNT", "Jamoat tashkiloti", ""),
    "la": ("NGO", "PO", ""),
}

NUMBERED = {"tg": "Маркази шуғли", "ru": "Центр занятости", "en": "Employment Centre", "uz": "Bandlik markazi"}

MISHAPS = ("none", "none", "typo", "lost word", "capitals", "no quotes", "damaged")


@dataclass
class Labelled:
    """Bodies, and which pairs of them are one."""

    bodies: list[Body] = field(default_factory=list)
    languages: dict[str, str] = field(default_factory=dict)
    doubles: set[frozenset[str]] = field(default_factory=set)

    def pair_of(self, pair: frozenset[str]) -> str:
        """Return the two languages of a pair, as "en-ru"."""
        return "-".join(sorted(self.languages[body] for body in pair))


def labelled(size: int, seed: int, *, doubles: float = 0.15) -> Labelled:
    """Invent so many bodies, of which a share is there twice."""
    draw = random.Random(seed)
    world = Labelled()
    units = [f"U{n}" for n in range(max(12, size // 40))]
    while len(world.bodies) < size:
        _one(world, draw, units, doubles=doubles)
    return world


def _one(world: Labelled, draw: random.Random, units: list[str], *, doubles: float) -> None:
    """Add a body, and with some luck its double or those that only look like one."""
    words = [_word(draw) for _ in range(draw.choice((1, 2, 2, 2)))]
    kind, unit, language = draw.choice(KINDS), draw.choice(units), draw.choice(LANGUAGES)
    first = _add(world, draw, _written(words, kind, language, draw), language, unit)
    luck = draw.random()
    if luck < doubles:
        other = draw.choice(LANGUAGES)
        name = _spoilt(_written(words, kind, other, draw), draw)
        second = _add(world, draw, name, other, _kept(unit, units, draw))
        if draw.random() < 0.5:
            second.phones |= first.phones
        if draw.random() < 0.25:
            second.mails |= first.mails
        world.doubles.add(frozenset({first.id, second.id}))
    elif luck < doubles + 0.06:  # branches of one name in other districts, sometimes with the head office's number
        for elsewhere in draw.sample([u for u in units if u != unit], draw.choice((1, 1, 2, 4))):
            branch = _add(world, draw, _written(words, kind, language, draw), language, elsewhere)
            if draw.random() < 0.15:
                branch.phones |= first.phones
    elif luck < doubles + 0.12:  # neighbours with one switchboard
        for _ in range(draw.choice((1, 1, 2, 9))):
            name = _written([_word(draw), _word(draw)], draw.choice(KINDS), language, draw)
            _add(world, draw, name, language, unit).phones |= first.phones
    elif luck < doubles + 0.18:  # one word in common, in one place
        name = _written([words[0], _word(draw)], kind, language, draw)
        _add(world, draw, name, language, unit)
    elif luck < doubles + 0.22:  # offices of one kind, told apart by a number
        for number in draw.sample(range(1, 99), 3):
            spoken = draw.choice(("tg", "ru", "en", "uz"))
            _add(world, draw, f"{NUMBERED[spoken]} № {number}", spoken, unit)


def _add(world: Labelled, draw: random.Random, name: str, language: str, unit: str) -> Body:
    number = len(world.bodies)
    body = Body(f"b{number:06}", name, names={name}, units={unit} if unit else set())
    if draw.random() < 0.8:
        body.phones.add(f"+99290{draw.randrange(10**7):07}")
    if draw.random() < 0.4:
        body.mails |= {f"office@b{number}.example"}
    world.bodies.append(body)
    world.languages[body.id] = language
    return body


def _kept(unit: str, units: list[str], draw: random.Random) -> str:
    """Return where the other list has the body: mostly the same unit, sometimes none, seldom another."""
    return draw.choices((unit, "", draw.choice(units)), (0.82, 0.14, 0.04))[0]


def _word(draw: random.Random) -> str:
    return "".join(
        draw.choice(ONSETS) + draw.choice(VOWELS) + (draw.choice(CODAS) if last or draw.random() < 0.3 else "")
        for last in [False] * draw.choice((1, 2, 2)) + [True]
    )


def _written(words: list[str], kind: dict[str, str], language: str, draw: random.Random) -> str:
    """Write a name as a list in a language has it."""
    letters = SPELT["en"] | SPELT[language] if language in ("uz", "la") else SPELT.get(language, {})
    proper = " ".join("".join(letters.get(letter, letter) for letter in word).capitalize() for word in words)
    form = draw.choice(FORMS[language])
    if language == "la":
        what = "".join((SPELT["en"] | SPELT["la"] | REST).get(letter, letter) for letter in kind["tg"].casefold())
        what = what.capitalize()
    else:
        what = kind.get("short", kind[language]) if language == "ru" and draw.random() < 0.2 else kind[language]
    if language in ("en", "uz"):
        order = [proper if draw.random() < 0.5 else f'"{proper}"', what, form]
        draw.shuffle(order)
    else:
        order = [form, what, f"«{proper}»" if draw.random() < 0.6 else proper]
    return " ".join(filter(None, order))


def _spoilt(name: str, draw: random.Random) -> str:
    mishap = draw.choice(MISHAPS)
    if mishap == "typo":
        places = [n for n, letter in enumerate(name) if letter.isalpha() and n > len(name) // 3]
        n = draw.choice(places or [0])
        swapped = name[:n] + name[n + 1 : n + 2] + name[n] + name[n + 2 :]
        return draw.choice((name[:n] + name[n + 1 :], swapped, name[:n] + name[n] + name[n:]))
    if mishap == "lost word":
        words = name.split()
        lost = draw.randrange(len(words)) if len(words) > 2 else len(words)
        return " ".join(words[:lost] + words[lost + 1 :])
    if mishap == "capitals":
        return name.upper()
    if mishap == "no quotes":
        return name.translate(str.maketrans("", "", '«»"'))
    if mishap == "damaged":
        return "".join("?" if letter in "ҷҳқғӣӯ" else letter for letter in name)
    return name
