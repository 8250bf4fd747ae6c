"""What callables, handlers and values mean: knowledge that many rules share. Pure, on `ast` and facts."""
