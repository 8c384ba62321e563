"""What is offered: kinds of help, groups, languages, hours, by place."""

from mapping.language.i18n import Message

ORDER = 1
QUESTION = Message("Is each kind of help there?")
