"""The API under schemathesis: whatever its own description allows, and what it does not, is answered as described."""

import pytest
from hypothesis import HealthCheck, assume, given, settings

from tests.support.examples import examples
from web.api.schema import COLLECTIONS

LISTS = [f"/{name}" for name in (*COLLECTIONS, "deltas")]
OPERATIONS = [
    ("/", "GET"),
    *((path, method) for path in LISTS for method in ("GET", "POST")),
    *((f"/{name}/{{id}}", "GET") for name in COLLECTIONS),
]


@pytest.fixture(scope="module")
def schemathesis():
    """What tries the operations; each process of a run would load it, and one needs it."""
    return pytest.importorskip("schemathesis")


@pytest.fixture(scope="module")
def description(schemathesis, app):
    found = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    found.config.update(base_url="http://localhost/api")  # "." of the document, which schemathesis does not resolve
    return found


def test_every_operation_is_tried(description):
    known = {(path, method.upper()) for path, found in description.raw_schema["paths"].items() for method in found}
    assert {(path, method) for path, method in known if method != "PARAMETERS"} == set(OPERATIONS)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_as_described(schemathesis, description, path, method):
    modes = schemathesis.GenerationMode
    for mode in (modes.POSITIVE, modes.NEGATIVE) if path != "/" else (modes.POSITIVE,):

        @given(case=description[path][method].as_strategy(generation_mode=mode))
        @settings(max_examples=examples(6), derandomize=True, database=None, suppress_health_check=list(HealthCheck))
        def check(case):
            asked = {*(case.query or {}), *(case.body if isinstance(case.body, dict) else {})}
            assume("proximity" not in asked or asked & {"near", "postcode"})  # OpenAPI cannot say this of an address
            case.call_and_validate()

        check()
