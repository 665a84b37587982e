-- Never in anybody's way for long.
SELECT lock_patiently('___xtr_customer');

-- Name and telephone were typed into the public form: nobody vouches for them. NULL: a release before
-- entered the row and does not know.
ALTER TABLE ___xtr_customer ADD COLUMN cst_typed boolean;
