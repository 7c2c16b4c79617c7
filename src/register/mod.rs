//! What the service remembers, in SQLite or PostgreSQL. All SQL lives here.
