"""What is offered: kinds of help, groups, languages, hours, by place."""
