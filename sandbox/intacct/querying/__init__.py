"""Finding and rendering rows: what query, readByQuery and the other reading functions have in common."""
