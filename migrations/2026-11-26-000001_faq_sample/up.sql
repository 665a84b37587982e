-- How common a common word is, is counted in one text of sixteen. By a hash, as numbers are given out in turns: an
-- article's languages one after the other.
CREATE INDEX idx_faq_posting_sample ON faq_posting (locale, lexeme) WHERE hashint4(text_no) & 15 = 0;
