"""The choke point: who sees what, what is searched before publishing, what small counts give away."""
