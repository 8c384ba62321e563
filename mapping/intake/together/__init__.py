"""The rows of a list together: each by itself where that is enough, in two processes where there are many."""
