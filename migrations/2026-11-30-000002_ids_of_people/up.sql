-- Ids of people as OpenID Connect has them: 255 characters. Nothing is rewritten or read: indexes of
-- whole tables and foreign keys are kept, what would be built or checked again goes first. All tables
-- at once or none, without standing in anybody's way for long: whoever comes after us waits as long
-- as we do.
DO $$
BEGIN
    FOR attempt IN 1..600 LOOP
        BEGIN
            -- A vacuum gives way after a second of waiting, so in the end we wait a little longer.
            PERFORM set_config('lock_timeout', least(attempt * 100, 1500) || 'ms', true);
            LOCK TABLE ___config_admin, ___xtr_customer, ___xtr_order, ___xtr_msg,
                ___xtr_faq, ___xtr_faq_history, ___xtr_faq_category_history IN ACCESS EXCLUSIVE MODE;
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.5);
        END;
    END LOOP;
    RAISE EXCEPTION 'the tables are in use all the time: end what has them open for long, and start again';
END $$;

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
