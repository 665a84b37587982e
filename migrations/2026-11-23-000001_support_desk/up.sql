-- Text search in French without accents: stop words first, while accents are still there, then
-- unaccent, then the stem.
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE TEXT SEARCH DICTIONARY guichet_fr_stop (TEMPLATE = simple, STOPWORDS = french, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION guichet_fr (COPY = french);
ALTER TEXT SEARCH CONFIGURATION guichet_fr
    ALTER MAPPING FOR hword, hword_part, word WITH guichet_fr_stop, unaccent, french_stem;

CREATE TABLE ___xtr_customer (
    cst_id             varchar(50)  PRIMARY KEY,
    cst_name           varchar(120) NOT NULL,
    cst_fname          varchar(120) NOT NULL DEFAULT '',
    cst_mail           varchar(254),
    -- Canonical form of cst_mail; NULL when another customer holds the address.
    cst_mail_key       text UNIQUE,
    -- The address a token vouched for; NULL while it was only typed into the form.
    cst_verified_key   text,
    cst_phone          varchar(32),
    cst_activ          char(1)      NOT NULL DEFAULT '1' CHECK (cst_activ IN ('0', '1')),
    created_at         timestamptz  NOT NULL DEFAULT now(),
    updated_at         timestamptz  NOT NULL DEFAULT now()
);

CREATE TABLE ___config_admin (
    cnfa_id            varchar(50)  PRIMARY KEY,
    cnfa_name          varchar(120) NOT NULL,
    cnfa_mail          varchar(254),
    cnfa_activ         char(1)      NOT NULL DEFAULT '1' CHECK (cnfa_activ IN ('0', '1')),
    created_at         timestamptz  NOT NULL DEFAULT now(),
    updated_at         timestamptz  NOT NULL DEFAULT now()
);

CREATE TABLE ___xtr_order (
    ord_id             varchar(50)  PRIMARY KEY,
    ord_cst_id         varchar(50)  NOT NULL REFERENCES ___xtr_customer ON UPDATE CASCADE,
    ord_reference      varchar(50)  NOT NULL,
    ord_total_ttc      numeric(12,2) NOT NULL,
    ord_date           timestamptz  NOT NULL DEFAULT now()
);
CREATE INDEX idx_ord_customer ON ___xtr_order (ord_cst_id, ord_reference);

-- Tickets, their responses and notes, and (later) messages: one table, told apart by msg_kind.
CREATE TABLE ___xtr_msg (
    msg_id             varchar(50)  PRIMARY KEY,
    msg_kind           text         NOT NULL CHECK (msg_kind IN ('ticket', 'response', 'note', 'message')),
    msg_cst_id         varchar(50)  NOT NULL REFERENCES ___xtr_customer ON UPDATE CASCADE,
    msg_cnfa_id        varchar(50)  REFERENCES ___config_admin ON UPDATE CASCADE,
    msg_ord_id         varchar(50)  REFERENCES ___xtr_order,
    msg_subject        varchar(255) NOT NULL,
    msg_content        text         NOT NULL,
    msg_date           timestamptz  NOT NULL DEFAULT now(),
    msg_parent_id      varchar(50)  REFERENCES ___xtr_msg,
    msg_open           char(1)      NOT NULL DEFAULT '1',
    msg_close          char(1)      NOT NULL DEFAULT '0',
    msg_author_id      varchar(50),
    msg_author_kind    text         CHECK (msg_author_kind IN ('customer', 'staff')),
    msg_author_name    varchar(120),
    msg_priority       text         CHECK (msg_priority IN ('urgent', 'high', 'normal', 'low')),
    msg_priority_rank  smallint     GENERATED ALWAYS AS (
        CASE msg_priority WHEN 'urgent' THEN 3 WHEN 'high' THEN 2 WHEN 'normal' THEN 1 ELSE 0 END) STORED,
    msg_category       text         CHECK (msg_category IN ('general', 'technical', 'billing', 'complaint', 'suggestion')),
    msg_status         text         CHECK (msg_status IN ('open', 'in_progress', 'waiting_customer', 'resolved', 'closed')),
    -- Vehicle, order number as typed, and whether a note is an escalation.
    msg_meta           jsonb        NOT NULL DEFAULT '{}',
    -- Written without a token under the address of a customer we already knew.
    msg_unverified     boolean      NOT NULL DEFAULT false,
    -- The address typed into the form, canonical.
    msg_contact_key    text,
    msg_first_response_at timestamptz,
    msg_closed_at      timestamptz,
    msg_closings       integer      NOT NULL DEFAULT 0,
    msg_staff_responses integer     NOT NULL DEFAULT 0,
    msg_read_at        timestamptz,
    msg_archived_at    timestamptz,
    msg_deleted_at     timestamptz,
    msg_version        bigint       NOT NULL DEFAULT 1,
    created_at         timestamptz  NOT NULL DEFAULT now(),
    updated_at         timestamptz  NOT NULL DEFAULT now(),
    msg_search         tsvector     GENERATED ALWAYS AS (
        setweight(to_tsvector('guichet_fr', msg_subject), 'A') ||
        setweight(to_tsvector('guichet_fr', left(msg_content, 100000)), 'B')) STORED,

    CONSTRAINT msg_open_agrees_with_close CHECK ((msg_open = '1') = (msg_close = '0')),
    CONSTRAINT msg_open_agrees_with_status CHECK (
        msg_kind <> 'ticket' OR
        (msg_open = '1') = (msg_status IN ('open', 'in_progress', 'waiting_customer'))),
    CONSTRAINT msg_ticket_is_complete CHECK (
        msg_kind <> 'ticket' OR
        (msg_status IS NOT NULL AND msg_priority IS NOT NULL AND msg_category IS NOT NULL AND msg_contact_key IS NOT NULL))
);
CREATE INDEX idx_msg_customer ON ___xtr_msg (msg_cst_id, msg_date DESC);
CREATE INDEX idx_msg_staff ON ___xtr_msg (msg_cnfa_id, msg_date DESC) WHERE msg_kind = 'ticket';
CREATE INDEX idx_msg_parent ON ___xtr_msg (msg_parent_id, msg_date) WHERE msg_parent_id IS NOT NULL;
-- The lists: every ticket, and the open ones, in each order they can be read.
CREATE INDEX idx_msg_date ON ___xtr_msg (msg_date DESC, msg_id DESC) WHERE msg_kind = 'ticket';
CREATE INDEX idx_msg_open_date ON ___xtr_msg (msg_date DESC, msg_id DESC) WHERE msg_kind = 'ticket' AND msg_open = '1';
CREATE INDEX idx_msg_updated ON ___xtr_msg (updated_at DESC, msg_id DESC) WHERE msg_kind = 'ticket';
CREATE INDEX idx_msg_priority ON ___xtr_msg (msg_priority_rank DESC, msg_id DESC) WHERE msg_kind = 'ticket';
CREATE INDEX idx_msg_subject ON ___xtr_msg (msg_subject COLLATE "fr-x-icu" DESC, msg_id DESC) WHERE msg_kind = 'ticket';
CREATE INDEX idx_msg_resolved ON ___xtr_msg (msg_closed_at) WHERE msg_kind = 'ticket' AND msg_status = 'resolved';
CREATE INDEX idx_msg_search ON ___xtr_msg USING gin (msg_search);

-- One rating per closing, with what the ticket was then.
CREATE TABLE ticket_rating (
    msg_id             varchar(50)  NOT NULL REFERENCES ___xtr_msg,
    closing            integer      NOT NULL,
    rating             smallint     NOT NULL CHECK (rating BETWEEN 1 AND 5),
    feedback           text,
    rated_at           timestamptz  NOT NULL,
    priority           text         NOT NULL,
    category           text         NOT NULL,
    agent              text         NOT NULL,
    PRIMARY KEY (msg_id, closing)
);

-- Figures. A change appends deltas; a job folds them into the totals; a read adds both.
-- Day 0001-01-01 holds the totals over all days.
CREATE TABLE ticket_figure (
    day                date   NOT NULL,
    measure            text   NOT NULL,
    status             text   NOT NULL,
    priority           text   NOT NULL,
    category           text   NOT NULL,
    agent              text   NOT NULL,
    count              bigint NOT NULL,
    total              bigint NOT NULL,
    PRIMARY KEY (day, measure, status, priority, category, agent)
);
CREATE TABLE ticket_figure_delta (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day                date   NOT NULL,
    measure            text   NOT NULL,
    status             text   NOT NULL,
    priority           text   NOT NULL,
    category           text   NOT NULL,
    agent              text   NOT NULL,
    count              bigint NOT NULL,
    total              bigint NOT NULL
);

-- The event log.
CREATE TABLE event_stream (
    stream_id          text   PRIMARY KEY,
    epoch              uuid   NOT NULL DEFAULT gen_random_uuid(),
    last_seq           bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE TABLE event (
    stream_id          text   NOT NULL,
    seq                bigint NOT NULL,
    event_id           uuid   NOT NULL,
    kind               text   NOT NULL,
    payload            jsonb  NOT NULL,
    occurred_at        timestamptz NOT NULL,
    PRIMARY KEY (stream_id, seq)
);
CREATE INDEX idx_event_occurred ON event USING brin (occurred_at);

-- Work after the commit. A claim is a lease; `attempts` fences a late finisher.
CREATE TABLE job (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind               text   NOT NULL,
    key                text   NOT NULL UNIQUE,
    lane               text   NOT NULL,
    payload            jsonb  NOT NULL,
    state              text   NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'running', 'done', 'dead')),
    run_at             timestamptz NOT NULL,
    lease_until        timestamptz,
    attempts           integer NOT NULL DEFAULT 0,
    last_error         text,
    created_at         timestamptz NOT NULL,
    finished_at        timestamptz
);
CREATE INDEX idx_job_due ON job (run_at, id) WHERE state = 'ready';
CREATE INDEX idx_job_leased ON job (lease_until) WHERE state = 'running';
CREATE INDEX idx_job_lane ON job (lane, id) WHERE state IN ('ready', 'running');
CREATE INDEX idx_job_finished ON job (finished_at) WHERE state IN ('done', 'dead');

CREATE TABLE idempotency_key (
    scope              text   NOT NULL,
    key                text   NOT NULL,
    fingerprint        bytea  NOT NULL,
    status             smallint NOT NULL,
    etag               text,
    body               bytea  NOT NULL,
    created_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, key)
);
CREATE INDEX idx_idempotency_created ON idempotency_key USING brin (created_at);
