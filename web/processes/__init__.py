"""Processes beside the first one: several that serve the public portal, and those that make its pages ahead."""
