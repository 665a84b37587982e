DROP INDEX idx_faq_tag_keys;
DROP FUNCTION faq_tag_keys;
