"""Steps from one layout of the tables to the next; run at start by ``backend.store.migrate``."""
