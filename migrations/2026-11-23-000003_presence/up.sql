-- Who is connected to which instance. Worth nothing after a crash, so it need not survive one.
CREATE UNLOGGED TABLE presence_instance (
    instance           uuid PRIMARY KEY,
    -- An instance not seen for a while is gone, and its users with it.
    seen_at            timestamptz NOT NULL
);
CREATE UNLOGGED TABLE presence (
    instance           uuid    NOT NULL REFERENCES presence_instance ON DELETE CASCADE,
    user_id            text    NOT NULL,
    sockets            integer NOT NULL,
    PRIMARY KEY (instance, user_id)
);
CREATE INDEX idx_presence_user ON presence (user_id);
