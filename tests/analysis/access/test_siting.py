"""Siting in Orzustan, people in thousands: beyond an hour of Chashma live Kulnishin 40, villages 20 and 10.

Kulnishin reaches itself, 40. Qullaobod reaches the village 45.9 minutes away, 20. The other village, 10, is 86.9
minutes from Qullaobod and farther from all others. In winter Qullaobod itself is beyond an hour of Chashma too.
"""

import re
from dataclasses import replace

import pytest

from mapping.analysis.access.siting import _finding, _steadiest, homes, hosts, siting, towns
from mapping.analysis.common.frame import AnalysisFrame
from mapping.analysis.common.reached import people_within
from mapping.errors import InvalidRecord, UnsafePublication
from mapping.language.i18n import Message
from mapping.render.layers import candidates
from mapping.render.maps import draw
from mapping.result import Figure, ProposedSite
from tests.analysis.invented import CHASHMA, service, view, without_people
from tests.support.canary import find_canaries
from tests.support.sample import SECRETS, public_parts, sample_view, secret_parts


def counselling():
    return service("PSY-COU", at=CHASHMA)


def names(result):
    return [one.name["en"] for one in result.proposals]


def test_one_and_two_new_services_by_hand(tiny_area):
    one, two = (siting(view(counselling()), tiny_area, type="PSY-COU", n=n) for n in (1, 2))
    assert names(one) == ["Kulnishin"]
    assert names(two) == ["Kulnishin", "Qullaobod"]
    assert [p.adds.low <= people <= p.adds.high for p, people in zip(two.proposals, (40_000, 20_000), strict=True)]
    assert two.total["gained_asked"] == pytest.approx(60_000)
    assert (two.total["without_asked"], two.total["left_asked"]) == pytest.approx((70_000, 10_000))
    assert two.table["gained_asked"].round().to_dict() == {"XT-W1": 60_000, "XT-W2": 0, "XT-E1": 0, "XT-E2": 0}
    assert str(one.finding) == (  # as asked 40 of 240 thousand
        "34,000 (28,000–40,000) people would newly be within 60 minutes of one new service, in Kulnishin"
    )
    assert "would newly be within 60 minutes of new services in Kulnishin, Qullaobod" in str(two.finding)


def test_what_is_fixed_stands_and_the_next_place_is_chosen_beside_it(tiny_area):
    """With the first of two proposals fixed, the second is what is proposed, and who is without was left before."""
    first, two = (siting(view(counselling()), tiny_area, type="PSY-COU", n=n) for n in (1, 2))
    (place,) = first.proposals
    after = siting(view(counselling()), tiny_area, type="PSY-COU", n=1, fixed=[(place.latitude, place.longitude)])
    assert names(after) == names(two)[1:]
    assert after.total["without_asked"] == pytest.approx(first.total["left_asked"])
    assert after.total["left_asked"] == pytest.approx(two.total["left_asked"])
    with pytest.raises(InvalidRecord, match="95, 60 is no latitude"):
        siting(view(counselling()), tiny_area, type="PSY-COU", fixed=[(95, 60)])


def test_a_gain_that_is_next_to_nothing_is_told_as_that(tiny_area):
    """The village of 10 of the 240,000 people of the country."""
    proposal = ProposedSite({"en": "Nowhere"}, 10.0, 10.0, Figure(10, "people", Message("x")))
    finding = _finding({"people": 240_000.0, "gained": 10.0, "gained_low": 10.0, "gained_high": 10.0}, [proposal], 60)
    assert str(finding) == "10 people would newly be within 60 minutes of one new service, in Nowhere"


def test_the_range_holds_other_seasons(tiny_area):
    """In winter Qullaobod is 107 minutes from Chashma: a service adds 30 and the village's 20, less who walks."""
    two = siting(view(counselling()), tiny_area, type="PSY-COU", n=2)
    added = {p.name["en"]: p.adds for p in two.proposals}
    assert added["Qullaobod"].high >= 40_000
    for one in added.values():
        assert one.low <= one.value <= one.high


def test_where_no_town_is_near_a_place_where_people_live_is_one_to_choose(tiny_area):
    """The village of 10 that no town reaches gets a place of its own, called by the town nearest to it."""
    known = towns(tiny_area)
    assert {town.spot for town in known}.isdisjoint(town.spot for town in homes(tiny_area, known))
    result = siting(view(counselling()), tiny_area, type="PSY-COU", n=3)
    assert result.total["left_asked"] == pytest.approx(0, abs=1)
    assert any(" km from " in str(place.name) for place in result.proposals)


def test_the_first_service_of_all(tiny_area):
    """Nothing stands: Chashma reaches 170 (test_coverage), the most a single place can."""
    result = siting(view(), tiny_area, type="PSY-COU", n=1)
    assert result.proposals[0].adds.high >= 170_000
    assert result.total["without"] == pytest.approx(240_000)
    assert not any("Now they take" in str(sentence) for sentence in result.also), "nobody has a way to shorten"


def test_the_proof_and_the_two_other_questions_are_told(tiny_area):
    said = [str(one) for one in siting(view(counselling()), tiny_area, type="PSY-COU", n=1).also]
    assert "It is proven that no other choice of as many of these places reaches more people." in said
    assert "It takes 2 new places until everybody within 60 minutes of a town has one." in said
    assert "10,000 people live farther than that from every town and every service." in said
    assert any(one.startswith("The ways of all people together would be shortest with") for one in said)
    assert any(re.fullmatch(r"Now they take \d+ minutes on average\.", one) for one in said)
    assert any(one.startswith("Kulnishin adds 34,000 (28,000–40,000) people.") for one in said)


def test_where_nothing_is_missing_nothing_is_proposed(tiny_area):
    known = towns(tiny_area)
    everywhere = view(*(service("PSY-COU", at=town.spot) for town in [*known, *homes(tiny_area, known)]))
    result = siting(everywhere, tiny_area, type="PSY-COU")
    assert result.proposals == ()
    assert result.figures == {}
    assert str(result.finding) == "No new place would bring more people within 60 minutes"


def test_a_real_kind_of_service_is_asked_about_where_none_is_named(tiny_area):
    lawyer = service("LEG-INF", at=CHASHMA)
    assert names(siting(view(counselling(), lawyer), tiny_area, n=1)) == ["Kulnishin"]
    assert siting(view(lawyer), tiny_area, n=1).total["without"] == pytest.approx(240_000), "a lawyer is no counsellor"


def test_a_place_of_other_help_may_host_a_new_service(tiny_area):
    """The village of 10 that no town reaches: a clinic that stands there can host the counsellor."""
    open_ground = next(
        place for place in siting(view(counselling()), tiny_area, n=3).proposals if " km from " in str(place.name)
    )
    village = (open_ground.latitude, open_ground.longitude)
    clinic = service("HLT-EME", at=village)
    assert [town.spot for town in hosts(tiny_area, [clinic, clinic], [CHASHMA])] == [village]
    assert hosts(tiny_area, [clinic], [village]) == [], "no place twice"
    result = siting(view(counselling(), clinic), tiny_area, n=3)
    assert "Qulla District (Organization)" in [str(place.name) for place in result.proposals]


def test_the_curve_goes_on_to_ten_places_and_never_falls(tiny_area):
    result = siting(view(counselling()), tiny_area, n=1)
    (curve,) = result.curves
    assert curve.x == tuple(float(number) for number in range(len(curve.x)))
    assert len(curve.x) <= 11
    assert list(curve.y) == sorted(curve.y)
    assert curve.y[1] == pytest.approx(result.total["gained"])
    assert curve.high[-1] >= 70_000, "all who have none as asked, in the end"
    assert all(low <= value <= high for low, value, high in zip(curve.low, curve.y, curve.high, strict=True))


def test_the_steadiest_of_several_choices_is_proposed(tiny_area):
    """Of all single towns, by trying each: none reaches more people on average over the draws than that proposed."""
    known = towns(tiny_area)
    options = [(site,) for site in range(1, len(known) + 1)]
    frame = AnalysisFrame("siting", None, tiny_area)
    chosen, means = _steadiest(frame, ((CHASHMA,), (CHASHMA,)), known, options)
    by_hand = {
        sites: people_within(tiny_area, {"": (CHASHMA, known[sites[0] - 1].spot)}, minutes=[60], scenario="summer")[""]
        .variants[1:]
        .sum(axis=(1, 2))
        .mean()
        for sites in options
    }
    assert means == pytest.approx(by_hand)
    assert by_hand[chosen] == max(by_hand.values())


@pytest.mark.parametrize("kind", ["ACC-VOT", "ACC"])
def test_no_place_is_ever_proposed_for_what_is_secret(tiny_area, kind):
    """Not even for those who may see such services: a proposal is a hint at where the others are."""
    listed = view(service(kind, at=CHASHMA))
    listed.audience = "focal_point"
    with pytest.raises(UnsafePublication, match="are not published"):
        siting(listed, tiny_area, type=kind)


def test_a_need_that_is_partly_secret_says_so(tiny_area):
    said = [str(one) for one in siting(view(counselling()), tiny_area, type="stay").caveats]
    assert any("Some kinds of this help are never shown" in one for one in said)


def test_options_must_make_sense(tiny_area):
    for options, match in (
        ({"n": 0}, "between 1 and 10"),
        ({"n": 11}, "between 1 and 10"),
        ({"minutes": 240}, "minutes"),
    ):
        with pytest.raises(InvalidRecord, match=match):
            siting(view(), tiny_area, **options)


def test_where_nobody_lives(tiny_area):
    result = siting(view(counselling()), without_people(tiny_area, *tiny_area.unit_codes))
    assert str(result.finding) == "Nobody lives here, so no new service is needed"


def test_where_no_town_is_known_nothing_is_proposed(tiny_area):
    bare = replace(tiny_area)
    vars(bare)["gazetteer"] = tiny_area.gazetteer[:0]
    result = siting(view(), bare, type="PSY-COU")
    assert result.proposals == ()
    assert result.total["without"] == pytest.approx(240_000)


def test_proposals_do_not_depend_on_secrets(tiny_area, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with (
        sample_view(tmp_path / "a", tiny_area, public_parts(), secret_parts()) as one,
        sample_view(tmp_path / "b", tiny_area, public_parts()) as other,
    ):
        first, second = (siting(each, tiny_area, type="LEG-INF") for each in (one, other))
    assert first.proposals == second.proposals
    assert [str(one) for one in first.also] == [str(one) for one in second.also]


def test_the_map_says_whom_each_place_adds(tiny_area, tmp_path):
    with sample_view(tmp_path, tiny_area) as opened:
        result = siting(opened, tiny_area, type="PSY-CLI", n=2)
        drawn = {language: draw(opened, tiny_area, result, language=language) for language in ("en", "ru", "tg", "uz")}
        drawn["en"].save(tmp_path / "map.html")
    layers = {code: next(one for one in each.parts if one.id == "candidates-0") for code, each in drawn.items()}
    assert layers["en"].label == "Proposed places"
    names = [place["name"] for place in layers["en"].contents["places"]]
    assert names == [candidates.gain(site, "en") for site in result.proposals]
    told = {code: [line.words for line in layer.legend[1:]] for code, layer in layers.items()}
    assert told["en"] == [candidates.said(site, "en") for site in result.proposals]
    assert "adds" in told["en"][0]
    assert len({lines[0] for lines in told.values()}) == 4, "said in each language"
    assert find_canaries([tmp_path / "map.html", tmp_path / "map_files"], SECRETS) == []


def test_a_result_without_proposals_has_no_layer(tiny_area):
    assert list(candidates.layers(None, tiny_area, results=[], language="en", links="")) == []
