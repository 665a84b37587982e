DROP INDEX idx_faq_counter_changed;
ALTER TABLE faq_counter DROP COLUMN changed, DROP COLUMN changes;
