-- Locks whole tables for the rest of a migration without standing in anybody's way for long: whoever
-- comes after us waits as long as we do. All tables at once or none. For migrations only.
CREATE FUNCTION lock_patiently(VARIADIC tables text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    named text := (SELECT string_agg(format('%I', name), ', ') FROM unnest(tables) AS name);
BEGIN
    FOR attempt IN 1..600 LOOP
        BEGIN
            -- A vacuum gives way after a second of waiting, so in the end we wait a little longer.
            PERFORM set_config('lock_timeout', least(attempt * 100, 1500) || 'ms', true);
            EXECUTE 'LOCK TABLE ' || named || ' IN ACCESS EXCLUSIVE MODE';
            -- For tables that those name by foreign key.
            PERFORM set_config('lock_timeout', '3s', true);
            RETURN;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.5);
        END;
    END LOOP;
    RAISE EXCEPTION 'the tables are in use all the time: end what has them open for long, and start again';
END $$;
