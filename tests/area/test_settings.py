"""What stands where a country leaves something out, and what no setting may be."""

import math
import re
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from mapping.area import settings as area_settings
from mapping.area.settings import PEOPLE, WALKING, Population, RoadRule, Scenario, Settings, Speeds, usual_money

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "study-area.md"
LABEL = {"en": "Label"}


def test_generic_defaults():
    settings = Settings()
    assert (settings.thresholds.providers, settings.thresholds.case_cells) == (3, 10)
    assert settings.thresholds.area_people == 100_000
    assert settings.travel.snap_km == 3
    assert not settings.travel.cross_borders
    assert settings.grid.cell_size == 1000
    assert settings.licence.id == "CC-BY-4.0"
    assert settings.sensitive_allowed == ()
    assert settings.holidays == ()
    assert settings.emergency == {}
    assert [scenario.id for scenario in settings.scenarios] == ["summer", "winter", "walking"]
    assert all(set(scenario.label) == {"en", "ru", "tg", "uz"} for scenario in settings.scenarios)
    assert settings.scenarios[2].roads == 0


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().thresholds.providers = 1


def test_every_igbp_class_has_a_walking_speed_and_two_are_barriers():
    assert set(WALKING) == set(range(17))
    assert {cover for cover, speed in WALKING.items() if speed == 0} == {0, 15}
    assert {cover for cover, weight in PEOPLE.items() if weight == 0} == {0, 15}


def test_a_country_overrides_single_classes():
    speeds = Speeds(landcover={10: 5.0, 40: 3.0})
    assert speeds.on_landcover == WALKING | {10: 5.0, 40: 3.0}
    population = Population(date="2020-01-01", total=1, units="a.csv", key="code", weights={15: 0.1})
    assert population.landcover_weights == PEOPLE | {15: 0.1}


def test_road_rules_take_one_value_or_several():
    rule = RoadRule(where={"seasonal": "snow", "class": ["C", "D"]}, speed=0)
    assert list(rule.values()) == [("seasonal", ("snow",)), ("class", ("C", "D"))]
    with pytest.raises(ValidationError):
        RoadRule(where={}, speed=0)


@pytest.mark.parametrize("wrong", [-0.1, 2.1, math.nan, math.inf, "half"])
def test_factors_have_bounds(wrong):
    with pytest.raises(ValidationError):
        Scenario(id="wet", label=LABEL, roads=wrong)


@pytest.mark.parametrize("wrong", ["Winter", "", "1st", "in winter"])
def test_ids_of_scenarios_are_plain(wrong):
    with pytest.raises(ValidationError):
        Scenario(id=wrong, label=LABEL)


def test_nobody_stands_still_on_foot():
    with pytest.raises(ValidationError):
        Scenario(id="wet", label=LABEL, walking=0)


@pytest.mark.parametrize("wrong", ["http://example.org/", "javascript:alert(1)", "example.org"])
def test_the_exit_leads_to_a_secure_page(wrong):
    with pytest.raises(ValidationError):
        Settings(exit_address=wrong)


@pytest.mark.parametrize(("day", "right"), [("02-29", True), ("12-31", True), ("02-30", False), ("2024-01-01", False)])
def test_holidays_are_days_of_the_year(day, right):
    if right:
        assert Settings(holidays=[day]).holidays == (day,)
    else:
        with pytest.raises(ValidationError):
            Settings(holidays=[day])


@pytest.mark.parametrize("months", [0, 61, -1])
def test_months_between_verifications_are_some_and_not_too_many(months):
    with pytest.raises(ValidationError):
        Settings(verification={"ACC": months})


def test_the_documentation_lists_every_key():
    words = set(re.findall(r"[a-z0-9_]+", DOCUMENTATION.read_text(encoding="utf-8")))
    models = [one for one in vars(area_settings).values() if isinstance(one, type) and issubclass(one, BaseModel)]
    keys = {field.alias or name for model in models for name, field in model.model_fields.items()}
    assert len(models) > 15
    assert keys - words - {"settings"} == set()


@pytest.mark.parametrize("lacking", ["source", "year"])
def test_a_sentence_of_law_names_its_source_and_year(lacking):
    fact = {"text": LABEL, "source": "Register of laws", "year": 2014}
    assert Settings(context=[fact]).context[0].source == {"en": "Register of laws"}
    with pytest.raises(ValidationError, match=lacking):
        Settings(context=[{name: value for name, value in fact.items() if name != lacking}])


@pytest.mark.parametrize("wrong", [{"year": 14}, {"address": "register.example"}, {"source": ""}])
def test_sources_are_told_whole(wrong):
    with pytest.raises(ValidationError):
        Settings(context=[{"text": LABEL, "source": "Register of laws", "year": 2014} | wrong])


@pytest.mark.parametrize(
    ("country", "code", "word"),
    [("FJ", "FJD", "$"), ("KE", "KES", "ksh"), ("KE", "KES", "shillings"), ("IN", "INR", "₹")],
)
def test_money_is_called_by_its_name_and_sign_in_the_country(country, code, word):
    money = usual_money(country)
    assert (money.code, word in money.words) == (code, True)
