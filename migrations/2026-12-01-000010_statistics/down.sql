-- Statistics are nobody's schema.
SELECT 1;
