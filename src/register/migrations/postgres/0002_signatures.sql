-- What a webhook tells of is a batch, a request for signatures or a batch of those: no longer one table's row.
ALTER TABLE webhook DROP CONSTRAINT webhook_batch_id_fkey;
ALTER TABLE webhook RENAME COLUMN batch_id TO subject;
CREATE INDEX webhook_by_subject ON webhook (subject);

-- Times are milliseconds since 1970-01-01 UTC. `removal`: 0 there, 1 being removed, 2 removed. Personal data stand in `name`,
-- `origin`, the fields, preparations and runs, and go with the files.
CREATE TABLE signature_batch (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    source TEXT NOT NULL,
    title TEXT NOT NULL,
    level TEXT NOT NULL,
    total BIGINT NOT NULL,
    webhook TEXT,
    removal BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    remove_at BIGINT NOT NULL
);
CREATE INDEX signature_batch_by_owner ON signature_batch (owner, created_at);
CREATE INDEX signature_batch_by_removal ON signature_batch (removal, remove_at);

-- Files on their way into the store: what no request came of is removed.
CREATE TABLE signature_arrival (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE TABLE signature_request (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    batch_id TEXT REFERENCES signature_batch (id),
    item_no BIGINT,
    -- The batch in whose packs the file to be signed lies.
    source TEXT,
    state TEXT NOT NULL,
    name TEXT NOT NULL,
    origin TEXT NOT NULL,
    level TEXT NOT NULL,
    webhook TEXT,
    pack TEXT NOT NULL,
    place BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    revision BIGINT NOT NULL DEFAULT 0,
    signed_sha256 TEXT,
    removal BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    remove_at BIGINT
);
CREATE INDEX signature_request_by_owner ON signature_request (owner, created_at);
CREATE INDEX signature_request_by_batch ON signature_request (batch_id, item_no);
CREATE INDEX signature_request_by_state ON signature_request (state, expires_at);
CREATE INDEX signature_request_by_removal ON signature_request (removal, remove_at);
CREATE INDEX signature_request_by_source ON signature_request (source);

CREATE TABLE signature_run (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    batch_id TEXT,
    field TEXT NOT NULL,
    provider TEXT NOT NULL,
    user_id TEXT NOT NULL,
    credential TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    chain TEXT NOT NULL,
    at_once BIGINT NOT NULL,
    look TEXT NOT NULL,
    total BIGINT NOT NULL,
    state TEXT NOT NULL,
    phase TEXT NOT NULL,
    round BIGINT NOT NULL DEFAULT 0,
    ticket TEXT,
    reason TEXT,
    next_at BIGINT NOT NULL,
    deadline BIGINT,
    claimed_by TEXT,
    claimed_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX signature_run_by_time ON signature_run (state, next_at);
CREATE INDEX signature_run_by_batch ON signature_run (batch_id);

CREATE TABLE signature_field (
    request_id TEXT NOT NULL REFERENCES signature_request (id),
    turn BIGINT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    label TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    run_id TEXT,
    way TEXT,
    level TEXT,
    signer TEXT,
    pdfa TEXT,
    assurance TEXT,
    revision BIGINT,
    signed_at BIGINT,
    PRIMARY KEY (request_id, turn),
    UNIQUE (request_id, name)
);
CREATE INDEX signature_field_by_run ON signature_field (run_id, state);

CREATE TABLE signature_revision (
    request_id TEXT NOT NULL REFERENCES signature_request (id),
    number BIGINT NOT NULL,
    pack TEXT NOT NULL,
    place BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (request_id, number)
);

CREATE TABLE signature_preparation (
    id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES signature_request (id),
    field TEXT NOT NULL,
    mode TEXT NOT NULL,
    state TEXT NOT NULL,
    revision BIGINT NOT NULL,
    ticket TEXT UNIQUE,
    pack TEXT,
    place BIGINT,
    bytes BIGINT,
    prepared TEXT,
    attributes TEXT,
    chain TEXT,
    algorithm TEXT,
    run_id TEXT,
    round BIGINT,
    number BIGINT,
    value TEXT,
    value_sha256 TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
-- A signature covers every byte before it: two at a time would undo each other.
CREATE UNIQUE INDEX signature_preparation_open ON signature_preparation (request_id) WHERE state = 'open';
CREATE INDEX signature_preparation_by_request ON signature_preparation (request_id);
CREATE INDEX signature_preparation_by_run ON signature_preparation (run_id, round, number);
