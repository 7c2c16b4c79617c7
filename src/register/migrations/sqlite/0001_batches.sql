-- Times are milliseconds since 1970-01-01 UTC. Personal data stand in batch_item only, and go with the results.
CREATE TABLE batch (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    total INTEGER NOT NULL,
    options TEXT NOT NULL,
    warnings TEXT NOT NULL,
    webhook TEXT,
    trouble TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    finished_at INTEGER,
    expires_at INTEGER
);
CREATE INDEX batch_by_owner ON batch (owner, created_at);
CREATE INDEX batch_by_state ON batch (state, changed_at);

CREATE TABLE batch_item (
    batch_id TEXT NOT NULL REFERENCES batch (id),
    row_no INTEGER NOT NULL,
    template TEXT NOT NULL,
    data TEXT NOT NULL,
    folder TEXT NOT NULL,
    unit TEXT NOT NULL,
    person TEXT NOT NULL,
    origin TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    warnings TEXT,
    pack TEXT,
    place INTEGER,
    bytes INTEGER,
    sha256 TEXT,
    pages INTEGER,
    done_at INTEGER,
    PRIMARY KEY (batch_id, row_no)
);
CREATE INDEX batch_item_by_state ON batch_item (batch_id, state);

CREATE TABLE idempotency (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
);

CREATE TABLE webhook (
    id TEXT PRIMARY KEY,
    batch_id TEXT NOT NULL REFERENCES batch (id),
    url TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL,
    last TEXT
);
CREATE INDEX webhook_by_time ON webhook (state, next_at);
