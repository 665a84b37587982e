-- What servers need to keep counters of articles in memory: which ones changed since they last
-- looked, and which of two states is the later.
ALTER TABLE faq_counter
    -- Counts the changes of this row; part of the article's entity tag.
    ADD COLUMN changes bigint NOT NULL DEFAULT 0,
    -- The transaction of the last change. Numbers drawn at the change would be seen out of order;
    -- this one can be compared with a snapshot, so that no reader misses a late commit.
    ADD COLUMN changed xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX idx_faq_counter_changed ON faq_counter (changed);
