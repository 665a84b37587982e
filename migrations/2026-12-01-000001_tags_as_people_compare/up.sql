-- Tags as people compare them: without case and accents, and whether a letter and its accent are
-- one character or two. Said here alone, of what is stored and of what is asked. The old index stays
-- as long as a release asks for tags letter by letter.
CREATE FUNCTION faq_tag_keys(tags text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT coalesce(array_agg(lower(unaccent('unaccent', normalize(tag, NFC)) COLLATE "fr-x-icu")), '{}')
            FROM unnest(tags) AS tag);
CREATE INDEX idx_faq_tag_keys ON ___xtr_faq USING gin (faq_tag_keys(faq_tags));
