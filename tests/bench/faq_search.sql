-- 20,000 articles out of the graded ones: n varies part, make and model, and mixes answers.
INSERT INTO ___xtr_faq_category (cat_id, cat_name, cat_order, cat_published, created_at, updated_at)
SELECT c->>'id', c->>'name', (c->>'order')::int, true, now(), now() FROM graded, jsonb_array_elements(base->'categories') c;

CREATE TEMPORARY TABLE model AS
SELECT row_number() OVER () - 1 AS n, a->>'category' AS category, ARRAY(SELECT jsonb_array_elements_text(a->'tags')) AS tags,
    a->'texts'->'fr'->>'question' AS question, a->'texts'->'fr'->>'answer' AS answer
FROM graded, jsonb_array_elements(base->'articles') a;

CREATE TEMPORARY TABLE mixed AS
SELECT i, m.*, split_part(other.answer, '. ', 1) AS beside,
    (ARRAY['Renault', 'Peugeot', 'Citroën', 'Dacia', 'Volkswagen', 'Toyota', 'Ford', 'Opel', 'Fiat', 'BMW', 'Audi', 'Mercedes',
        'Skoda', 'Seat', 'Nissan', 'Kia', 'Hyundai', 'Volvo', 'Mini', 'Suzuki'])[1 + (i * 7) % 20] AS make,
    (ARRAY['Clio', 'Megane', 'Scenic', 'Captur', '208', '308', '3008', 'C3', 'C4', 'Berlingo', 'Duster', 'Sandero', 'Golf', 'Polo',
        'Passat', 'Yaris', 'Auris', 'Fiesta', 'Focus', 'Kuga', 'Corsa', 'Astra', 'Panda', '500', 'Serie 3', 'A3', 'A4', 'Classe A',
        'Octavia', 'Ibiza', 'Leon', 'Qashqai', 'Juke', 'Ceed', 'Tucson', 'V40', 'Cooper', 'Swift'])[1 + (i * 11) % 38] AS vehicle,
    (ARRAY['alternateur', 'démarreur', 'turbo', 'embrayage', 'amortisseur', 'rotule', 'triangle', 'radiateur', 'thermostat',
        'injecteur', 'catalyseur', 'silencieux', 'phare', 'feu arrière', 'rétroviseur', 'pare-chocs', 'aile', 'capot', 'hayon',
        'vérin', 'cardan', 'roulement', 'moyeu', 'étrier', 'disque', 'flexible', 'maître-cylindre', 'pompe à essence',
        'débitmètre', 'sonde lambda', 'vanne EGR', 'filtre à particules', 'joint de culasse', 'vilebrequin', 'bielle', 'piston',
        'soupape', 'arbre à cames', 'courroie', 'galet'])[1 + (i * 13) % 40] AS part
FROM generate_series(1, 20000) i JOIN model m ON m.n = i % 45 JOIN model other ON other.n = (i / 45) % 45;

INSERT INTO ___xtr_faq (faq_id, faq_category, faq_order, faq_published, faq_tags, faq_created_by, created_at, updated_at)
SELECT 'FAQ-' || i, category, i, i % 20 <> 0, tags, 'bench', now(), now() FROM mixed;

INSERT INTO ___xtr_faq_text (faq_id, txt_locale, txt_question, txt_answer, txt_tags)
SELECT 'FAQ-' || i, 'fr', rtrim(question, ' ?') || ' (' || part || ' ' || make || ' ' || vehicle || ') ?',
    answer || E'\n\n' || part || ' ' || make || ' ' || vehicle || ', modèle ' || i || '. ' || beside || '.',
    array_to_string(tags, ' ') || ' ' || make
FROM mixed;
-- The history is not empty: no defaults are entered.
INSERT INTO ___xtr_faq_history (faq_id, version, change, changed_by, changed_at, snapshot)
SELECT 'FAQ-1', 1, 'created', 'bench', now(), '{}';
