-- Which keys had letters is not known; the release before finds who is entered anew.
SELECT 1;
