-- The key of an address has the domain as the domain name system has it: `exämple.fr` and `xn--exmple-cua.fr` are one
-- mailbox. Keys of before have letters where the address was written so; there are few. Nobody waits: rows are changed,
-- no table is.

-- RFC 3492 §6.3.
CREATE FUNCTION label_in_ascii(label text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    points int[] := ARRAY(SELECT ascii(c) FROM regexp_split_to_table(label, '') WITH ORDINALITY AS t(c, n) ORDER BY n);
    basic text := regexp_replace(label, '[^\x01-\x7F]', '', 'g');
    output text := basic || CASE WHEN basic = '' THEN '' ELSE '-' END;
    handled int := length(basic);
    n int := 128;
    delta int := 0;
    bias int := 72;
    point int;
    q int;
    k int;
    t int;
BEGIN
    IF handled = length(label) THEN
        RETURN label;
    END IF;
    WHILE handled < cardinality(points) LOOP
        SELECT min(p) INTO point FROM unnest(points) AS p WHERE p >= n;
        delta := delta + (point - n) * (handled + 1);
        n := point;
        FOREACH point IN ARRAY points LOOP
            IF point < n THEN
                delta := delta + 1;
            ELSIF point = n THEN
                q := delta;
                k := 36;
                LOOP
                    t := least(greatest(k - bias, 1), 26);
                    EXIT WHEN q < t;
                    output := output || substr('abcdefghijklmnopqrstuvwxyz0123456789', t + (q - t) % (36 - t) + 1, 1);
                    q := (q - t) / (36 - t);
                    k := k + 36;
                END LOOP;
                output := output || substr('abcdefghijklmnopqrstuvwxyz0123456789', q + 1, 1);
                delta := CASE WHEN handled = length(basic) THEN delta / 700 ELSE delta / 2 END;
                handled := handled + 1;
                delta := delta + delta / handled;
                k := 0;
                WHILE delta > 455 LOOP
                    delta := delta / 35;
                    k := k + 36;
                END LOOP;
                bias := k + 36 * delta / (delta + 38);
                delta := 0;
            END IF;
        END LOOP;
        delta := delta + 1;
        n := n + 1;
    END LOOP;
    RETURN 'xn--' || output;
END $$;

CREATE FUNCTION key_in_ascii(key text) RETURNS text LANGUAGE sql AS $$
    SELECT substring(key FROM '^.*@') || string_agg(label_in_ascii(label), '.' ORDER BY n)
        FROM regexp_split_to_table(substring(key FROM '[^@]*$'), '\.') WITH ORDINALITY AS t(label, n)
$$;

UPDATE ___xtr_customer SET cst_verified_key = key_in_ascii(cst_verified_key)
    WHERE cst_verified_key ~ '@[^@]*[^\x01-\x7F][^@]*$';
-- Two customers may have had one mailbox, in letters and in ASCII. It is now whose who has proven it, else whose who has it
-- in ASCII; the other keeps what they wrote.
UPDATE ___xtr_customer other SET cst_mail_key = NULL FROM ___xtr_customer c
    WHERE c.cst_mail_key ~ '@[^@]*[^\x01-\x7F][^@]*$' AND other.cst_mail_key = key_in_ascii(c.cst_mail_key)
        AND c.cst_verified_key IS NOT NULL AND other.cst_verified_key IS NULL;
UPDATE ___xtr_customer c SET cst_mail_key = NULL
    WHERE c.cst_mail_key ~ '@[^@]*[^\x01-\x7F][^@]*$'
        AND EXISTS (SELECT FROM ___xtr_customer other WHERE other.cst_mail_key = key_in_ascii(c.cst_mail_key));
UPDATE ___xtr_customer SET cst_mail_key = key_in_ascii(cst_mail_key)
    WHERE cst_mail_key ~ '@[^@]*[^\x01-\x7F][^@]*$';
UPDATE ___xtr_msg SET msg_contact_key = key_in_ascii(msg_contact_key)
    WHERE msg_contact_key ~ '@[^@]*[^\x01-\x7F][^@]*$';

DROP FUNCTION key_in_ascii, label_in_ascii;
