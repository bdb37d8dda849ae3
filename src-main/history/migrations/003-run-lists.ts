/**
 * Columns by which lists of runs are sorted, searched and grouped. The extremes summarise `epochs` like the columns of
 * 001. Archived and trashed runs are only marked.
 */
export const sql = `
ALTER TABLE runs ADD COLUMN min_test_accuracy REAL;
ALTER TABLE runs ADD COLUMN min_train_loss REAL;
ALTER TABLE runs ADD COLUMN max_train_loss REAL;
ALTER TABLE runs ADD COLUMN test_loss REAL;
ALTER TABLE runs ADD COLUMN min_test_loss REAL;
ALTER TABLE runs ADD COLUMN max_test_loss REAL;
ALTER TABLE runs ADD COLUMN batch_size INTEGER;
ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN archived_at TEXT;
ALTER TABLE runs ADD COLUMN trashed_at TEXT;

UPDATE runs SET
  batch_size = (SELECT json ->> 'batchSize' FROM configs WHERE id = runs.config),
  (min_test_accuracy, min_train_loss, max_train_loss, min_test_loss, max_test_loss) =
    (SELECT min(test_accuracy), min(train_loss), max(train_loss), min(test_loss), max(test_loss) FROM epochs WHERE run = runs.key),
  test_loss = (SELECT test_loss FROM epochs WHERE run = runs.key ORDER BY epoch DESC LIMIT 1);

CREATE TABLE tags (
  run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
  tag TEXT NOT NULL COLLATE NOCASE,
  PRIMARY KEY (run, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_name ON tags(tag, run);

CREATE INDEX runs_by_state ON runs(state, key);
CREATE INDEX runs_by_accuracy ON runs(test_accuracy);
CREATE INDEX runs_trashed ON runs(trashed_at) WHERE trashed_at IS NOT NULL;
CREATE INDEX runs_archived ON runs(archived_at) WHERE archived_at IS NOT NULL;
`
