-- What was emptied was no name.
SELECT 1;
