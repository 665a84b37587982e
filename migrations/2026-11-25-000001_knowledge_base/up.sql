-- The knowledge base. What an article says is in ___xtr_faq_text, once per language; what readers
-- do to it (views, votes) is kept apart, so that reading never writes the rows that are searched.
CREATE TABLE ___xtr_faq_category (
    cat_id             varchar(50)  PRIMARY KEY,
    cat_name           varchar(120) NOT NULL,
    cat_description    varchar(1000) NOT NULL DEFAULT '',
    cat_icon           varchar(64),
    cat_order          integer      NOT NULL CHECK (cat_order >= 0),
    cat_published      boolean      NOT NULL,
    cat_version        bigint       NOT NULL DEFAULT 1,
    created_at         timestamptz  NOT NULL,
    updated_at         timestamptz  NOT NULL
);

CREATE TABLE ___xtr_faq (
    faq_id             varchar(50)  PRIMARY KEY,
    -- No article without its category: a category that has articles cannot go.
    faq_category       varchar(50)  NOT NULL REFERENCES ___xtr_faq_category ON DELETE RESTRICT,
    faq_order          integer      NOT NULL CHECK (faq_order >= 0),
    faq_published      boolean      NOT NULL,
    faq_tags           text[]       NOT NULL DEFAULT '{}',
    faq_created_by     varchar(50)  NOT NULL,
    faq_version        bigint       NOT NULL DEFAULT 1,
    created_at         timestamptz  NOT NULL,
    -- `lastUpdated`: the last change of what it says, not of its counters.
    updated_at         timestamptz  NOT NULL
);
CREATE INDEX idx_faq_category ON ___xtr_faq (faq_category, faq_order, faq_id);
CREATE INDEX idx_faq_tags ON ___xtr_faq USING gin (faq_tags);

CREATE TABLE ___xtr_faq_text (
    faq_id             varchar(50)  NOT NULL REFERENCES ___xtr_faq ON DELETE CASCADE,
    -- A language: 'fr', 'en', …
    txt_locale         varchar(8)   NOT NULL,
    txt_question       varchar(300) NOT NULL,
    -- Markdown, as written.
    txt_answer         text         NOT NULL,
    -- The article's tags again, joined by spaces: what is searched stands in one row.
    txt_tags           text         NOT NULL DEFAULT '',
    PRIMARY KEY (faq_id, txt_locale)
);

-- Every change: who, when, what it then was. Outlives what it is about.
CREATE TABLE ___xtr_faq_history (
    faq_id             varchar(50)  NOT NULL,
    version            bigint       NOT NULL,
    change             text         NOT NULL CHECK (change IN ('created', 'updated', 'restored', 'imported', 'deleted')),
    changed_by         varchar(50)  NOT NULL,
    changed_at         timestamptz  NOT NULL,
    snapshot           jsonb        NOT NULL,
    PRIMARY KEY (faq_id, version)
);
CREATE TABLE ___xtr_faq_category_history (
    cat_id             varchar(50)  NOT NULL,
    version            bigint       NOT NULL,
    change             text         NOT NULL CHECK (change IN ('created', 'updated', 'imported', 'deleted')),
    changed_by         varchar(50)  NOT NULL,
    changed_at         timestamptz  NOT NULL,
    snapshot           jsonb        NOT NULL,
    PRIMARY KEY (cat_id, version)
);

-- What readers do. A visitor is a keyed digest, never an address or a name.
CREATE TABLE faq_counter (
    faq_id             varchar(50)  PRIMARY KEY REFERENCES ___xtr_faq ON DELETE CASCADE,
    views              bigint       NOT NULL DEFAULT 0,
    helpful            bigint       NOT NULL DEFAULT 0,
    not_helpful        bigint       NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE TABLE faq_vote (
    faq_id             varchar(50)  NOT NULL REFERENCES ___xtr_faq ON DELETE CASCADE,
    visitor            bytea        NOT NULL,
    helpful            boolean      NOT NULL,
    voted_at           timestamptz  NOT NULL,
    PRIMARY KEY (faq_id, visitor)
);
-- When a visitor's view of an article was last counted; the next counts half an hour later.
CREATE TABLE faq_view (
    faq_id             varchar(50)  NOT NULL REFERENCES ___xtr_faq ON DELETE CASCADE,
    visitor            bytea        NOT NULL,
    counted_at         timestamptz  NOT NULL,
    PRIMARY KEY (faq_id, visitor)
);
CREATE INDEX idx_faq_view_counted ON faq_view USING brin (counted_at);

-- Searches that found nothing: the words, canonical, and how often. Nobody's name.
CREATE TABLE faq_unanswered (
    query              varchar(200) NOT NULL,
    locale             varchar(8)   NOT NULL,
    times              bigint       NOT NULL DEFAULT 1,
    first_at           timestamptz  NOT NULL,
    last_at            timestamptz  NOT NULL,
    PRIMARY KEY (query, locale)
);
CREATE INDEX idx_faq_unanswered_times ON faq_unanswered (times DESC, last_at DESC);
