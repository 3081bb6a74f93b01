"""The offline world: simulators of Procore and Sage Intacct, a local AWS and seed data. Nothing here is deployed."""
