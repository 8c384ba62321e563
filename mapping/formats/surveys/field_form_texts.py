"""What the field form says to whoever fills it in; translations stand in the catalogue ``field``."""

from mapping.language.i18n import Message, Text

TITLE = Message("Services for people in need of protection")

LABELS: dict[str, Message] = {
    "intro": Message(
        "First: who may see the answers? Ask the organization before anything else. What it does not answer stays "
        "with the custodians."
    ),
    "who_may_see": Message("Who may see what this organization tells?"),
    "consent": Message("Does the organization agree that its answers are kept and shown to those named above?"),
    "stop": Message("Please stop here and send nothing: without consent no answer is read."),
    "organization": Message("The organization"),
    "organization_name": Message("Name of the organization"),
    "organization_kind": Message("Kind of organization"),
    "place": Message("The place"),
    "abroad": Message("Is the place in another country?"),
    "country": Message("Which country?"),
    "town": Message("Town or village"),
    "address": Message("Street and house"),
    "gps": Message("Position (GPS)"),
    "show_place": Message("How closely may the place be shown?"),
    "place_name": Message("Name of the building or office, where it has one"),
    "accessible": Message("Can a wheelchair get in?"),
    "reach": Message("How to reach it"),
    "phones": Message("Phone numbers"),
    "messenger": Message("Telegram or WhatsApp"),
    "email": Message("Mail address"),
    "website": Message("Web page"),
    "hours": Message("When is it open?"),
    "spoken": Message("Languages spoken there"),
    "contact_person": Message("Whom to ask for (never published)"),
    "services": Message("Services: one at a time"),
    "family": Message("What is the help about?"),
    "service": Message("Which service exactly?"),
    "service_who": Message("Who may see this service, if fewer than was said at the start?"),
    "status": Message("Is the service working?"),
    "serves": Message("Whom does it help?"),
    "excludes": Message("Whom does it not take?"),
    "cost": Message("What does it cost?"),
    "documents": Message("Which papers are asked for?"),
    "capacity": Message("How many people can it take?"),
    "covers": Message("From which areas do people come?"),
    "funder": Message("Who pays for it?"),
    "funded_until": Message("Until when is it paid for?"),
    "checklist": Message("Fill in the checklist of minimum standards now?"),
    "standards": Message("Minimum standards"),
    "verification": Message("How this was checked"),
    "verified_how": Message("How did you learn this?"),
    "verified_on": Message("On which day?"),
    "verified_by": Message("Who are you? (never published)"),
    "assessed_by": Message("Who answered the checklist?"),
    "remarks": Message("Remarks (never published)"),
}
"""Question or group -> its label."""

UNHARMFUL = Message("No names, numbers or addresses of people")
CONTRADICTION = Message("Nobody can be helped and not be taken: take one of the two back.")


HINTS: dict[str, Message] = {
    "who_may_see": Message("For a shelter or any secret place choose the last answer."),
    "service_who": Message(
        "Leave it empty where the first answer holds. Its place is then shown to no more people than the service."
    ),
    "gps": Message("Stand at the entrance. Leave it empty where the place is secret."),
    "show_place": Message("It is never shown more closely than this."),
    "phones": Message("Several with a semicolon between them"),
    "hours": Message("For example: Mo-Fr 08:00-17:00; Sa 09:00-12:00. Day and night: 24/7"),
    "cost": Message("For example: free, or the price of one visit"),
}

CONSTRAINTS: dict[str, tuple[str, Message]] = {
    "phones": ("regex(., '.*[0-9].*[0-9].*')", Message("Write at least one number.")),
    "email": ("regex(., '[^@ ]+@[^@ ]+[.][^@ ]+')", Message("Write it as name@example.org.")),
    "website": ("regex(., '[^ ]+[.][^ ]+')", Message("Write it as example.org.")),
    "capacity": (". >= 0 and . <= 100000", Message("Write a number of people, 0 or more.")),
    "verified_on": (". <= today()", Message("The day cannot lie in the future.")),
}
"""Question -> what must hold of its answer, and what is said where it does not."""

REQUIRED = Message("Please answer this.")

WHO: dict[str, Message] = {
    "public": Message("Everybody: it may stand on the public site"),
    "partner": Message("Organizations of the network"),
    "focal_point": Message("Only the focal points of the referral mechanism"),
    "custodian": Message("Nobody but the custodians: the place is secret"),
}
"""Audience -> the plain words for it."""

SHOWN: dict[str, Message] = {
    "exact": Message("As a point on the map"),
    "area": Message("Only its area"),
    "none": Message("Not at all"),
}
"""Precision -> the plain words for it."""

YES_NO: dict[str, Message] = {"yes": Message("Yes"), "no": Message("No")}
NOT_KNOWN = Message("Not known")
ASSESSORS: dict[str, Message] = {
    "self": Message("The organization itself"),
    "peer": Message("Another organization"),
    "commission": Message("A commission"),
}


def name_in(tongue: Text) -> Message:
    """Return the question for the organization's name in a language."""
    return Message("Name of the organization ({tongue})", {"tongue": tongue})


def told_in(tongue: Text) -> Message:
    """Return the question for the text that the public reads in a language."""
    return Message("What people should know about it ({tongue})", {"tongue": tongue})


def evidence(code: str) -> Message:
    """Return the question for the evidence of an item of the checklist."""
    return Message("{code}: what was shown as evidence?", {"code": code})
