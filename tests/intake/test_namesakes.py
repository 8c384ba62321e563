"""Bodies of one name: in different towns, or with other numbers in other units, they are different bodies."""

import pytest

from mapping.intake.read import read
from tests.support.sample import TODAY

HEADS = "Organization;Kind of help;District;Town;Phone"
A, B = "+992 00 000 11 11", "+992 00 000 22 22"


@pytest.mark.parametrize(
    ("first", "second", "bodies"),
    [
        (("Juybor", "Anor", A), ("Hamvora", "Behi", B), 2),
        (("Juybor", "Anor", A), ("Hamvora", "Behi", A), 1),  # one number: one body in two towns
        (("Juybor", "Anor", A), ("Juybor", "Behi", B), 2),
        (("Juybor", "Anor", A), ("Juybor", "Anor", B), 1),
        (("Juybor", "", A), ("Hamvora", "", B), 2),
        (("Juybor", "", A), ("Hamvora", "", ""), 1),
        (("Juybor", "", ""), ("Hamvora", "", ""), 1),
    ],
)
def test_bodies_of_one_name_in_different_towns_are_different_bodies(tmp_path, tiny_area, first, second, bodies):
    rows = [HEADS, *(";".join(("Options", "legal advice", *row)) for row in (first, second, second))]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(rows), "utf-8")
    batch = read(path, area=tiny_area, today=TODAY)
    assert len(batch.of("organization")) == bodies
    owners = {service.organization_id for service in batch.of("service")}
    assert len(owners) == bodies
    said = [str(issue) for issue in batch.issues if "'Options' stands in row 2" in str(issue)]
    assert len(said) == bodies - 1


def test_all_rows_may_be_said_to_be_of_one_kind(tmp_path, tiny_area):
    path = tmp_path / "list.csv"
    rows = ["Organization;Kind of help;District", "Umed;;Juybor", "Nur;senpage;Juybor", "Adl;shelter;Juybor"]
    path.write_text("\n".join(rows), "utf-8")
    batch = read(path, area=tiny_area, today=TODAY, kind="legal advice")
    names = sorted(service.name for service in batch.of("service"))
    assert len([name for name in names if name.startswith("Legal")]) == 2
    assert not any("names no service" in str(issue) for issue in batch.issues)
