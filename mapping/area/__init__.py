"""The study area: units, people, terrain, names of places."""
