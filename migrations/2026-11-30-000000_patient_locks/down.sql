DROP FUNCTION lock_patiently;
