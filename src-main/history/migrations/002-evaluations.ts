/** Costs of training other than time, and the evaluation of the test examples after the newest epoch. */
export const sql = `
-- NULL: trained by a program that did not measure these.
ALTER TABLE epochs ADD COLUMN wait_seconds REAL;
ALTER TABLE epochs ADD COLUMN cpu_seconds REAL;
ALTER TABLE epochs ADD COLUMN memory_bytes REAL;

-- confusion: uint32, little endian, [true class][predicted class]. mistakes: JSON.
CREATE TABLE evaluations (
  run INTEGER PRIMARY KEY REFERENCES runs(key) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  classes INTEGER NOT NULL,
  confusion BLOB NOT NULL,
  mistakes TEXT NOT NULL
) STRICT;
`
