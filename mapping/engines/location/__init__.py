"""Location models: covering, maximal covering, p-median, with proofs."""
