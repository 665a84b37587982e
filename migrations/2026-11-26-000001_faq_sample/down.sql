DROP INDEX idx_faq_posting_sample;
