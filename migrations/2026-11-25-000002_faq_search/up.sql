-- Finding answers. The database's own ranking reads every text that matches, and knows no rare word
-- from a common one; so each word of each text is a row, with what it weighs there, and a search adds
-- up the rows of its words. Triggers keep both tables: whoever writes a text, they agree with it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- English as French: stop words first, while accents are still there, then unaccent, then the stem.
CREATE TEXT SEARCH DICTIONARY guichet_en_stop (TEMPLATE = simple, STOPWORDS = english, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION guichet_en (COPY = english);
ALTER TEXT SEARCH CONFIGURATION guichet_en
    ALTER MAPPING FOR hword, hword_part, word WITH guichet_en_stop, unaccent, english_stem;
-- Words as they stand, without accents and case.
CREATE TEXT SEARCH CONFIGURATION guichet_plain (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION guichet_plain
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;

-- Only words: punctuation and Markdown part them. Bodies are parsed now, not when they run, so
-- that a restored backup finds the configurations whatever its search path.
CREATE FUNCTION faq_words(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN translate(said, $$!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~’‘«»“”…–—·€°$$, repeat(' ', 60));

-- A locale may name a region ('fr-be'): stems are the language's.
CREATE FUNCTION faq_vector(locale text, said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE split_part(locale, '-', 1)
        WHEN 'fr' THEN to_tsvector('guichet_fr', faq_words(said))
        WHEN 'en' THEN to_tsvector('guichet_en', faq_words(said))
        ELSE to_tsvector('guichet_plain', faq_words(said)) END;

-- The stem of a word as it stands in `faq_word`; null for a stop word.
CREATE FUNCTION faq_stem(locale text, word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE split_part(locale, '-', 1)
        WHEN 'fr' THEN (ts_lexize('french_stem', word))[1]
        WHEN 'en' THEN (ts_lexize('english_stem', word))[1]
        ELSE word END;

-- Whether a word as it was typed, accents and all, says nothing by itself.
CREATE FUNCTION faq_is_stop(locale text, typed text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE split_part(locale, '-', 1)
        WHEN 'fr' THEN coalesce(ts_lexize('guichet_fr_stop', typed) = '{}', false)
        WHEN 'en' THEN coalesce(ts_lexize('guichet_en_stop', typed) = '{}', false)
        ELSE false END;

-- Phrases and words to leave out, as `websearch_to_tsquery` reads them.
CREATE FUNCTION faq_query(locale text, strict text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE split_part(locale, '-', 1)
        WHEN 'fr' THEN websearch_to_tsquery('guichet_fr', strict)
        WHEN 'en' THEN websearch_to_tsquery('guichet_en', strict)
        ELSE websearch_to_tsquery('guichet_plain', strict) END;

-- What words of one family and their usual misspellings have in common: démarrage, démarrer,
-- démareur; batterie, batery. Shorter than a stem, so it widens a search and never narrows it.
CREATE FUNCTION faq_kin(locale text, word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN length(word) > 64 OR word ~ '[^a-z]' THEN word
        ELSE regexp_replace(
            regexp_replace(replace(replace(replace(replace(word, 'ph', 'f'), 'th', 't'), 'qu', 'k'), 'y', 'i'), '(.)\1+', '\1', 'g'),
            CASE split_part(locale, '-', 1)
                WHEN 'fr' THEN '^(.{3,}?)(?:isements?|nements?|ements?|ments?|isations?|ications?|ations?|itions?|aisons?|isons?|ages?|ances?|ences?|ateurs?|atrices?|eurs?|euses?|eux|ables?|ibles?|abilites?|ibilites?|ites?|ures?|ives?|ifs?|isers?|ises?|isees?|iers?|iez|ner|er|ez|ees?|ies?|es?|ants?|antes?|ais|ait|ons|ent|ir|is|it|i|s)$'
                ELSE '^(.{4,}?)(?:ations?|itions?|ions?|ments?|ings?|eries|eri|ers?|ed|ies?|es?|li|al|ances?|ences?|ables?|i|s)$' END,
            '\1') END;

ALTER TABLE ___xtr_faq_text
    -- A short name for the text in `faq_posting`.
    ADD COLUMN txt_no integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    -- Question A, tags B, answer D.
    ADD COLUMN txt_search tsvector GENERATED ALWAYS AS (
        setweight(faq_vector(txt_locale, txt_question), 'A') ||
        setweight(faq_vector(txt_locale, txt_tags), 'B') ||
        setweight(faq_vector(txt_locale, txt_answer), 'D')) STORED;

-- One word of one text, and what it says about the text: 0 nothing, 1 everything.
CREATE TABLE faq_posting (
    locale             varchar(8)   NOT NULL,
    lexeme             text COLLATE "C" NOT NULL,
    text_no            integer      NOT NULL,
    weight             real         NOT NULL,
    PRIMARY KEY (locale, lexeme, text_no) INCLUDE (weight)
);
-- Every word ever written, unaccented, with its stem and its family. Words are only added: two
-- texts with the same word would otherwise wait for each other. A word no text has any more leads
-- to no posting.
CREATE TABLE faq_word (
    locale             varchar(8)   NOT NULL,
    word               text COLLATE "C" NOT NULL,
    lexeme             text COLLATE "C" NOT NULL,
    kin                text COLLATE "C" NOT NULL,
    PRIMARY KEY (locale, word)
);
CREATE INDEX idx_faq_word_lexeme ON faq_word (locale, lexeme);
CREATE INDEX idx_faq_word_kin ON faq_word (locale, kin);
CREATE INDEX idx_faq_word_typos ON faq_word USING gin (word gin_trgm_ops);

-- A word of the question weighs most, and more in a short question; one of the answer least, and
-- less in a long answer. `places` are the weights of the word's positions, `asked` and `said` the
-- numbers of words of question and text.
CREATE FUNCTION faq_weight(places text[], asked integer, said integer) RETURNS real LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT (raw / (raw + 2.0))::real
        FROM (SELECT CASE WHEN 'A' = ANY (places) THEN 5.0 / (0.6 + 0.1 * asked) ELSE 0.0 END
                   + CASE WHEN 'B' = ANY (places) THEN 2.5 ELSE 0.0 END
                   + (1.0 - 0.5 ^ cardinality(array_positions(places, 'D'))) * 1.6 / (0.7 + 0.005 * said) AS raw) AS sum;
    END;

CREATE FUNCTION faq_text_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM faq_posting p USING gone t, unnest(t.txt_search) w
        WHERE p.locale = t.txt_locale AND p.lexeme = w.lexeme AND p.text_no = t.txt_no;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO faq_posting
        SELECT t.txt_locale, w.lexeme, t.txt_no, faq_weight(w.weights, t.asked, t.said)
        -- Measured once for each text: not for each word, as without the OFFSET.
        FROM (SELECT *, length(ts_filter(txt_search, '{a}')) AS asked, length(txt_search) AS said FROM written OFFSET 0) t,
            unnest(t.txt_search) w
        WHERE length(w.lexeme) <= 64;
        -- In one order, so that two writers of the same words cannot lock crosswise.
        INSERT INTO faq_word
        SELECT locale, word, faq_stem(locale, word), faq_kin(locale, word)
        FROM (SELECT DISTINCT t.txt_locale AS locale, w.lexeme AS word
              FROM written t, unnest(to_tsvector('guichet_plain', faq_words(concat_ws(' ', t.txt_question, t.txt_tags, t.txt_answer)))) w
              WHERE length(w.lexeme) <= 64) AS words
        WHERE faq_stem(locale, word) IS NOT NULL
        ORDER BY locale, word
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER faq_text_inserted AFTER INSERT ON ___xtr_faq_text REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION faq_text_written();
CREATE TRIGGER faq_text_updated AFTER UPDATE ON ___xtr_faq_text REFERENCING OLD TABLE AS gone NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION faq_text_written();
CREATE TRIGGER faq_text_deleted AFTER DELETE ON ___xtr_faq_text REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION faq_text_written();

-- Texts that were there before: written once more.
UPDATE ___xtr_faq_text SET txt_tags = txt_tags;
