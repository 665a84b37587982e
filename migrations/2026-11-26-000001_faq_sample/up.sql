-- How common a common word is, is counted in every sixteenth text.
CREATE INDEX idx_faq_posting_sample ON faq_posting (locale, lexeme) WHERE text_no % 16 = 0;
