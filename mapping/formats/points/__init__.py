"""Geographic files of points: GeoJSON, GeoPackage, GeoParquet."""
