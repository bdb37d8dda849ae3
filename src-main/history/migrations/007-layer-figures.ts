/**
 * How complementary the filters of each layer are, for the measured epochs. NULL for zero filters or a single filter.
 */
export const sql = `
CREATE TABLE layer_figures (
  run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
  layer TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  covered REAL NOT NULL,
  overlap REAL NOT NULL,
  cosine REAL,
  effective_rank REAL,
  filters INTEGER NOT NULL,
  PRIMARY KEY (run, layer, epoch)
) STRICT, WITHOUT ROWID;
`
