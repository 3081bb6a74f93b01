"""The vocabulary: records as rows, codecs, money, errors, outcomes. Pure: no I/O, no clock, no environment."""
