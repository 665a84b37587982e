ALTER TABLE ___xtr_customer DROP COLUMN cst_typed;
