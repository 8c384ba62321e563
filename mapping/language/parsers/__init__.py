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
    shown,
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
from mapping.language.parsers.contacts import emails, is_of_person, is_person, names_person, website, without_people
from mapping.language.parsers.dates import DateValue, Duration, date, date_value, day_first, last_day, term
from mapping.language.parsers.hours import HoursValue, half_of_hours, hours, names_days
from mapping.language.parsers.lists import (
    answer,
    answered,
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
    SMS,
    MessengerAccount,
    PhoneValue,
    accounts,
    accounts_among,
    country_of,
    is_carried,
    is_dialled,
    phones,
)
from mapping.language.parsers.points import Point, angle, coordinates
from mapping.language.parsers.standing import closes_on, moves, standing, status, until
