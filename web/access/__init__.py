"""Who may come in: accounts, sign-in, roles, the guard of every route."""
