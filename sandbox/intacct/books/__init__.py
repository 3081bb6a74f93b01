"""What transactions do to each other: dimensions, periods, postings, balances of commitments, bills, payments."""
