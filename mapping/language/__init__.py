"""What people write, in every language: folding, catalogues, terms, parsers of cells; one folder a language."""
