"""NATS: subjects, users, and the server that a hub runs."""
