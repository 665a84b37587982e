-- Fails while there is an id of more than 50 characters.
DROP INDEX IF EXISTS idx_msg_staff, idx_msg_messages_staff, idx_msg_messages_customer;
ALTER TABLE ___xtr_faq_category_history ALTER changed_by TYPE varchar(50);
ALTER TABLE ___xtr_faq_history ALTER changed_by TYPE varchar(50);
ALTER TABLE ___xtr_faq ALTER faq_created_by TYPE varchar(50);
ALTER TABLE ___xtr_msg
    ALTER msg_cst_id TYPE varchar(50), ALTER msg_cnfa_id TYPE varchar(50), ALTER msg_author_id TYPE varchar(50);
ALTER TABLE ___xtr_order ALTER ord_cst_id TYPE varchar(50);
ALTER TABLE ___xtr_customer ALTER cst_id TYPE varchar(50);
ALTER TABLE ___config_admin ALTER cnfa_id TYPE varchar(50);
CREATE INDEX idx_msg_staff ON ___xtr_msg (msg_cnfa_id, msg_date DESC) WHERE msg_kind = 'ticket';
CREATE INDEX idx_msg_messages_customer ON ___xtr_msg (msg_cst_id, msg_date DESC, msg_id DESC) WHERE msg_kind = 'message';
CREATE INDEX idx_msg_messages_staff ON ___xtr_msg (msg_cnfa_id, msg_date DESC, msg_id DESC) WHERE msg_kind = 'message';
