"""The office of the demo: invented people, letters, proposals and editions, so that every page has something to do."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from mapping.batch import Batch
from mapping.cli.editions import DEMO_DAY
from mapping.directory.directory import Directory, public_id
from mapping.editions.releases import Releases
from mapping.model import Organization, Phone, Service, Source, record_id
from web.stores.inbox import Draft, HelpMissing, Inbox, SomethingWrong

if TYPE_CHECKING:
    from mapping.area.study_area import StudyArea
    from web.access.roles import Role

STAFF: "tuple[tuple[str, str, Role], ...]" = (
    ("steward", "Zarina Invented", "steward"),
    ("steward2", "Noor Invented", "steward"),
    ("custodian", "Rustam Invented", "custodian"),
    ("custodian2", "Gulnora Invented", "custodian"),
    ("administrator", "Madina Invented", "administrator"),
    ("administrator2", "Farhod Invented", "administrator"),
)
"""Login, name and role of the invented people; two of each, since much takes two."""
FIRST, SECOND = "steward", "steward2"
SECOND_LIST = Source(id=record_id("demo-second-list", "source"), name="Second list (invented)")


def bring_to_life(build: Path, area: "StudyArea", inbox: Inbox) -> None:
    """Fill the office of a demo once: three letters, two editions, a conflict, two proposals and one erasure."""
    if any(inbox.messages()):
        return
    private = build / "private"
    day = max(dt.date.today(), DEMO_DAY)  # what waits is not late on the first walk
    with Directory(private / "directory.db", area, signed_in=lambda _: True) as directory:
        shown = {identifier for _, identifier in directory.agreed("public")}
        services = [each for each in directory.records(Service) if each.id in shown]
        _letters(inbox, [public_id(directory.key, each.id) for each in services], next(iter(area.all_units())), day)
        releases = Releases(private / "editions", build / "public.db", "public")
        _publish(releases, directory)
        for service in services[:1]:
            _agreed_edit(directory, service.id, {"wait_time": "Two days (invented)"})
        _publish(releases, directory)
        _conflict(directory, {each.organization_id for each in services})
        phones = [phone for phone in directory.records(Phone) if phone.id in shown]
        for phone in phones[:1]:
            number = f"{phone.number[:-1]}{(int(phone.number[-1]) + 1) % 10}"
            why = "They called to say so (invented)"
            directory.propose("edit", "phone", phone.id, {"number": number}, by=FIRST, on=day, reason=why)
        for service in services[1:2]:
            fields, why = {"url": "https://help.example/"}, "Their page moved (invented)"
            directory.propose("edit", "service", service.id, fields, by=SECOND, on=day, reason=why)
        for phone in phones[-1:]:
            directory.erase(phone.id, by="custodian", on=day, reason="Its owner asked for it (invented)")


def _letters(inbox: Inbox, services: list[str], unit: str, day: dt.date) -> None:
    for service in services[:1]:
        inbox.put(SomethingWrong(service=service, what="number_silent"), on=day)
        changed = {"description": "Open to everybody, free of charge (invented)", "url": "https://new.example/"}
        inbox.put(Draft(entity="service", record=service, fields=changed), on=day, sender="provider")
    inbox.put(HelpMissing(need="lawyer", area_unit=unit, why="too_far"), on=day)


def _publish(releases: Releases, directory: Directory) -> None:
    """Publish an edition as two people would; what is unusual about the first is that it is the first."""
    plan = releases.stage(directory, day=DEMO_DAY, by=FIRST)
    now = dt.datetime.combine(DEMO_DAY, dt.time(9), dt.UTC)
    releases.publish(
        directory,
        digest=plan.digest,
        confirmed=[item.key for item in plan.newly],
        by=SECOND,
        now=now,
        day=DEMO_DAY,
        reason="The demo begins (invented)",
    )


def _agreed_edit(directory: Directory, service: str, fields: dict[str, str]) -> None:
    directory.edit("service", service, fields, by=FIRST, on=DEMO_DAY, reason="They told us (invented)")
    directory.agree([each.showing for each in directory.waiting()], by=SECOND, on=DEMO_DAY)


def _conflict(directory: Directory, owners: "set[str | None]") -> None:
    for body in directory.records(Organization):
        if body.id in owners and body.email:
            other = body.model_copy(update={"email": f"new.{body.email}"})
            batch = Batch(SECOND_LIST, "second-list.csv", records=[other], rows=1, partial=True)
            directory.add(batch, by=FIRST, on=DEMO_DAY, agreed_by=SECOND)
            return
