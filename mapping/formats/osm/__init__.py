"""OpenStreetMap: Overpass answers and PBF extracts."""
