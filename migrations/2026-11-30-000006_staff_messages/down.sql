-- Goes with the migration that widens the ids.
SELECT 1;
