-- It was valid before as well.
SELECT 1;
