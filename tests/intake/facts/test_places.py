"""Where a row is: by its columns, its address, its name, and the list it stands in."""

import pytest

from mapping.intake.read import Known, read
from tests.fixtures.few_rows import HEADER, MAP, ROW, TODAY, audiences, said, with_cells


def test_a_list_without_a_column_for_the_district_is_placed_by_its_addresses(take):
    row, heads = [*ROW[:2], "", *ROW[3:], "100200, Juybor, Market Street 4"], (*HEADER, "Address")
    batch = take(row, heads=heads)
    (place,), (address,) = batch.of("location"), batch.of("address")
    assert place.area_unit == "XT-W2"
    assert (address.postal_code, address.address_1, address.audience) == ("100200", "Juybor, Market Street 4", "public")
    assert ("note", "Address", "the address says where it is: Juybor District") in [
        (level, column, str(problem)) for level, column, problem in said(batch)
    ]


def test_an_address_that_asks_for_silence_places_nothing(take):
    row = [*ROW[:2], "", *ROW[3:], "Juybor, адрес не разглашается"]
    batch = take(row, heads=(*HEADER, "Address"))
    assert {place.area_unit for place in batch.of("location")} == {None}
    assert batch.of("address") == []


@pytest.mark.parametrize("text", ["Juybor (address confidential)", "Juybor, undisclosed", "Juybor, адрес по запросу"])
def test_a_district_beside_which_the_address_is_hidden_is_shown_to_nobody(take, text):
    (place,) = take([*ROW[:2], text, *ROW[3:]]).of("location")
    assert place.precision == "none"


def test_an_address_that_says_only_that_it_is_not_told_is_no_address(take):
    batch = take([*ROW, "адрес у координатора"], heads=(*HEADER, "Address"))
    assert batch.of("address") == []
    assert [place.precision for place in batch.of("location")] == ["none"]


def test_the_column_for_the_district_goes_before_the_address(take):
    row = [*ROW[:2], "Kulnishin", *ROW[3:], "Juybor, Market Street 4"]
    (place,) = take(row, heads=(*HEADER, "Address")).of("location")
    assert place.area_unit != "XT-W2"


def test_a_row_for_two_districts_serves_both_and_stands_in_neither(take):
    batch = take((*ROW[:2], "Juybor / Hamvora", *ROW[3:]))
    assert len(batch.of("service_area")) == 2
    assert [place.area_unit for place in batch.of("location")] == [None]
    assert [level for level, column, _ in said(batch) if column == "District"] == ["doubt"]


def test_a_row_for_the_whole_country_serves_it_and_needs_no_place(take):
    batch = take((*ROW[:2], "вся страна", *ROW[3:]))
    assert [area.area_unit for area in batch.of("service_area")] == ["XT"]
    assert [level for level, column, _ in said(batch) if column == "District"] == []


@pytest.mark.parametrize(
    ("address", "audience"),
    [
        ("9 Gulobi St.", "public"),
        ("кӯчаи Гулобӣ, 9", "public"),
        ('9 Gulobi St. (ward ""Sapphire"")', "custodian"),
        ("9 Gulobi St., +992 00 000 33 33", "custodian"),
    ],
)
def test_an_address_that_says_more_is_kept_back(take, address, audience):
    header, row = with_cells(Address=address)
    batch = take(row, heads=header)
    assert audiences(batch, "address") == {audience}


@pytest.mark.parametrize("address", ["не разглашается", "confidential", "дома у адвоката"])
def test_an_address_that_is_not_told_hides_the_place(take, address):
    header, row = with_cells(Address=address, Lat="10.0405", Lon="60.0593")
    batch = take(row, heads=header)
    assert batch.of("address") == []
    assert [place.precision for place in batch.of("location")] == ["none"]


@pytest.mark.parametrize(
    ("lat", "lon", "unit", "basis", "level"),
    [
        ("10.0405", "60.0593", "Juybor", "given", ""),
        ("60.0593", "10.0405", "Juybor", "given", "note"),
        ("0", "0", "Juybor", "unit", "doubt"),
        ("48.8566", "2.3522", "Juybor", "unit", "doubt"),
        ("10.0405", "", "Juybor", "unit", "refused"),
        ("", "", "Atlantis", "none", "doubt"),
        ("", "", "", "none", "doubt"),
    ],
)
def test_where_a_row_is(take, lat, lon, unit, basis, level):
    header, row = with_cells(Lat=lat, Lon=lon)
    batch = take((*row[:2], unit, *row[3:]), heads=header)
    (place,) = batch.of("location")
    assert place.position_basis == basis
    assert {"given": place.latitude is not None, "unit": place.area_unit == "XT-W2"}.get(basis, True)
    assert ([one for one, _column, _problem in said(batch)] or [""])[0] == level


def test_a_word_of_the_map_says_in_which_country_a_row_is(take):
    batch = take(
        (*ROW[:2], "Moscow", "legal advice", "8 000 000-11-10", "all", ""), words={"country": {"Moscow": "RU"}}
    )
    assert [(place.country, place.area_unit) for place in batch.of("location")] == [("RU", None)]
    assert [phone.number for phone in batch.of("phone")] == ["+70000001110"]


def test_an_address_that_names_several_places_is_told_and_asked_for_rows(tmp_path, tj_area):
    path = tmp_path / "list.csv"
    path.write_text(
        "Организация;Вид услуги;Адрес\n"
        'Умед;юридическая консультация;"1) г. Куляб, ул. Мира 3; 2) г. Хорог, ул. Мира 5"\n',
        "utf-8",
    )
    batch = read(path, area=tj_area, today=TODAY, known=Known())
    assert [place.area_unit for place in batch.of("location")] == [None]
    assert ("names several places: Kulob, Khorugh", "write a row for each") in [
        (i.problem, i.fix) for i in batch.issues
    ]
    assert not [issue for issue in batch.issues if "names no place" in issue.problem]


def test_there_beside_another_town_is_not_the_street_of_the_row_above(take):
    head = (*HEADER, "Address")
    rows = [
        (*ROW, "Market street 5"),
        ("2", "Sabo", "Juybor", *ROW[3:], "там же"),
        ("3", "Nilufar", "Rosht", *ROW[3:], "там же"),
        ("4", "Mehr", "Rosht", *ROW[3:], "there"),
    ]
    batch = take(*rows, heads=head)
    assert [address.address_1 for address in batch.of("address")] == ["Market street 5", "Market street 5"]
    for row in (4, 5):
        assert any("is the address of something else" in problem for _, _, problem in said(batch, row))


@pytest.mark.parametrize("town", ["г. Ош", "Ош"])
def test_a_city_abroad_is_no_unit_whose_name_is_only_like_it(tmp_path, tj_area, town):
    path = tmp_path / "list.csv"
    path.write_text(f"Город;Организация;Помощь;Телефон\n{town};Умед;юрист;(3222) 0-00-11", "utf-8")
    (place,) = read(path, area=tj_area, today=TODAY).of("location")
    assert (place.country, place.area_unit) == ("KG", None)


@pytest.mark.parametrize(
    ("latitude", "longitude", "country", "there"),
    [
        ("37.62", "55.75", "RU", False),
        ("55.75", "37.62", "RU", True),
        ("37.57", "43.74", "TR", True),
        ("28.97", "41.0", "TR", False),
        ("129.0", "43.1", "RU", False),
    ],
)
def test_swapped_coordinates_abroad_make_no_point(take, latitude, longitude, country, there):
    head, row = with_cells(Lat=latitude, Lon=longitude, Country=country)
    batch = take((*row,), heads=head, fields=MAP["fields"] | {"country": ["Country"]})
    assert [place.latitude is not None for place in batch.of("location")] == [there]


def test_a_town_that_nobody_knows_is_told_of_its_own_column(take):
    heads = (*HEADER[:2], "Town", *HEADER[3:])
    batch = take((*ROW[:2], "Nowhereville", *ROW[3:]), ("2", "Nur", "Juybor", *ROW[3:]), heads=heads)
    assert [place.area_unit for place in batch.records if place.table == "location"] == [None, "XT-W2"]
    (lost,) = [issue for issue in said(batch) if "Nowhereville" in issue[2]]
    assert lost[:2] == ("doubt", "Town")
    assert ("note", "Town") in [issue[:2] for issue in said(batch, 3)]


@pytest.mark.parametrize(
    "address", ["как в головном офисе", "ба мисли дафтари марказӣ", "as in head office", "bosh ofisdagidek", "там же"]
)
def test_the_address_of_something_else_is_told_and_is_none(take, address):
    heads, row = with_cells(Address=address)
    batch = take(row, heads=heads)
    assert batch.of("address") == []
    assert ("doubt", "Address", f"{address!r} is the address of something else") in said(batch)


def test_what_a_row_says_of_its_place_counts_before_its_name(take):
    (place,) = take(("1", "Umed (Hamvor)", *ROW[2:])).of("location")
    assert place.area_unit != "XT-E2"


@pytest.mark.parametrize("code", ["XT-W2", " XT-W2 "])
def test_the_code_of_a_unit_places_a_row_that_names_none(take, code):
    fields = {name: columns for name, columns in MAP["fields"].items() if name != "unit"} | {"unit_code": ["Pcode"]}
    heads = ("No", "Name", "Pcode", *HEADER[3:])
    batch = take((*ROW[:2], code, *ROW[3:]), heads=heads, fields=fields)
    assert [place.area_unit for place in batch.of("location")] == ["XT-W2"]
