"""Moves financial records between Procore and Sage Intacct: objects declare, the engine acts, adapters talk."""
