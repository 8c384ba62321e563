"""Pure parsers of what people write into cells: each returns a value, or says why it cannot.

A parser takes a cell as a spreadsheet gives it (text, number, date) and raises `Unreadable`, a ValueError, with the
problem and what to do; `Partly` when it could read some of it. It never guesses: what could be read in two ways is
refused, or returned with a ``doubt``. Nothing here knows a country: the region of phones and the country's money are
given; names of other currencies and of languages are general.
"""

from mapping.language.parsers._cells import (
    LONGEST_VALUE,
    Partly,
    Unreadable,
    cell,
    is_blank,
    says_none,
    says_unknown,
)
from mapping.language.parsers.ages import (
    AGES,
    OLDEST,
    AgeRange,
    age_groups,
    age_range,
    aged,
    ages,
    composed_groups,
    for_whom,
    no_bound,
)
from mapping.language.parsers.amounts import (
    CapacityValue,
    CostValue,
    Money,
    Number,
    capacity,
    cost,
    hours_within,
    number,
    price_words,
    utc_offset,
    women_among,
)
from mapping.language.parsers.contacts import emails, website, without_people
from mapping.language.parsers.dates import DateValue, Duration, date, date_value, last_day, term
from mapping.language.parsers.hours import HoursValue, hours, names_days
from mapping.language.parsers.lists import (
    answer,
    consent_form,
    language_codes,
    left_out,
    says_everybody,
    says_nobody,
    split_list,
    two_names,
    wished,
    yes_no,
)
from mapping.language.parsers.phones import (
    MessengerAccount,
    PhoneValue,
    accounts,
    accounts_among,
    country_of,
    is_dialled,
    phones,
)
from mapping.language.parsers.points import Point, angle, coordinates
from mapping.language.parsers.remarks import CHANGES, remarked
from mapping.language.parsers.standing import closes_on, standing, status

__all__ = [
    "AGES",
    "CHANGES",
    "LONGEST_VALUE",
    "OLDEST",
    "AgeRange",
    "CapacityValue",
    "CostValue",
    "DateValue",
    "Duration",
    "HoursValue",
    "MessengerAccount",
    "Money",
    "Number",
    "Partly",
    "PhoneValue",
    "Point",
    "Unreadable",
    "accounts",
    "accounts_among",
    "age_groups",
    "age_range",
    "aged",
    "ages",
    "angle",
    "answer",
    "capacity",
    "cell",
    "closes_on",
    "composed_groups",
    "consent_form",
    "coordinates",
    "cost",
    "country_of",
    "date",
    "date_value",
    "emails",
    "for_whom",
    "hours",
    "hours_within",
    "is_blank",
    "is_dialled",
    "language_codes",
    "last_day",
    "left_out",
    "names_days",
    "no_bound",
    "number",
    "phones",
    "price_words",
    "remarked",
    "says_everybody",
    "says_nobody",
    "says_none",
    "says_unknown",
    "split_list",
    "standing",
    "status",
    "term",
    "two_names",
    "utc_offset",
    "website",
    "wished",
    "without_people",
    "women_among",
    "yes_no",
]
