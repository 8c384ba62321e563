"""Who agrees in tests to what takes two."""


class SecondPerson:
    """Somebody who agrees at once to whatever the acts of a test show; a test of the gate sends them away."""

    present = True
