-- Counts of the last minutes need not outlive a crash, and no replica is asked for them.
ALTER TABLE sign_in.attempts SET UNLOGGED;
