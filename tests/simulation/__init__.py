"""The whole connector in one process, months of it in seconds, every source of chance from one seed.

The model is FoundationDB's simulation and TigerBeetle's VOPR: the real engine, gateway and client over simulated Procore, Intacct, tables,
queue, state machines, people and clock; a storm of faults, then calm; what must be true looked at after every change.
"""
