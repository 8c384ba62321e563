"""Prove a published site: made again, compared, attacked, published with other secrets."""
