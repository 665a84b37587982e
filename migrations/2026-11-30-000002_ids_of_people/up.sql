-- Ids of people as OpenID Connect has them: 255 characters. Nothing is rewritten or read: indexes of
-- whole tables and foreign keys are kept, what would be built or checked again goes first. All tables
-- at once or none, without standing in anybody's way for long: whoever comes after us waits as long
-- as we do.
SELECT lock_patiently('___config_admin', '___xtr_customer', '___xtr_order', '___xtr_msg',
    '___xtr_faq', '___xtr_faq_history', '___xtr_faq_category_history');

DROP INDEX idx_msg_staff, idx_msg_messages_staff, idx_msg_messages_customer;
ALTER TABLE ___xtr_msg DROP CONSTRAINT msg_message_is_complete;
ALTER TABLE ___config_admin ALTER cnfa_id TYPE varchar(255);
ALTER TABLE ___xtr_customer ALTER cst_id TYPE varchar(255);
ALTER TABLE ___xtr_order ALTER ord_cst_id TYPE varchar(255);
ALTER TABLE ___xtr_msg
    ALTER msg_cst_id TYPE varchar(255), ALTER msg_cnfa_id TYPE varchar(255), ALTER msg_author_id TYPE varchar(255);
ALTER TABLE ___xtr_faq ALTER faq_created_by TYPE varchar(255);
ALTER TABLE ___xtr_faq_history ALTER changed_by TYPE varchar(255);
ALTER TABLE ___xtr_faq_category_history ALTER changed_by TYPE varchar(255);
-- Asked of every new row at once, of the old ones by the next migration.
ALTER TABLE ___xtr_msg ADD CONSTRAINT msg_message_is_complete CHECK (
    msg_kind <> 'message' OR
    (msg_author_id IS NOT NULL AND msg_author_kind IS NOT NULL AND msg_priority IS NOT NULL)) NOT VALID;
-- The release before keeps statements prepared whose answers have other types now, and PostgreSQL refuses to execute
-- those ("cached plan must not change result type"). Its connections end, and it opens others. Whoever waits for the
-- turn to migrate goes on waiting.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
        AND application_name = current_setting('application_name') AND query NOT LIKE '%pg_try_advisory_lock%';
