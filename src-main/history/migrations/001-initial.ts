/**
 * Runs have an integer key in addition to their id, because every row of metrics repeats it. The columns from
 * `epochs_done` on summarise `epochs`. They are updated in the transaction that adds an epoch, so that a list of runs
 * never reads `epochs`.
 */
export const sql = `
CREATE TABLE studies (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at TEXT NOT NULL,
  plan TEXT
) STRICT;

CREATE TABLE configs (
  id TEXT PRIMARY KEY,
  json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE environments (
  hash TEXT PRIMARY KEY,
  json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  study INTEGER NOT NULL REFERENCES studies(key) ON DELETE CASCADE,
  config TEXT NOT NULL REFERENCES configs(id),
  arch TEXT NOT NULL,
  variant TEXT NOT NULL,
  dataset TEXT NOT NULL,
  seed INTEGER NOT NULL,
  epochs INTEGER NOT NULL,
  train_examples INTEGER NOT NULL,
  test_examples INTEGER NOT NULL,
  trainable_parameters INTEGER NOT NULL,
  trainable_filters INTEGER NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('queued', 'running', 'paused', 'done', 'stopped', 'interrupted', 'diverged', 'failed')),
  reason TEXT,
  position INTEGER NOT NULL,
  owner_pid INTEGER,
  owner_start TEXT,
  environment TEXT REFERENCES environments(hash),
  dataset_fingerprint TEXT,
  startup_seconds REAL,
  weights_file TEXT,
  weights_sha256 TEXT,
  created_at TEXT NOT NULL,
  started_at TEXT,
  ended_at TEXT,
  epochs_done INTEGER NOT NULL DEFAULT 0,
  test_accuracy REAL,
  best_test_accuracy REAL,
  best_epoch INTEGER,
  train_loss REAL,
  images_per_second REAL,
  seconds REAL
) STRICT;
CREATE INDEX runs_by_study ON runs(study, key);
CREATE INDEX runs_by_config ON runs(config);
CREATE INDEX runs_by_environment ON runs(environment);
CREATE INDEX runs_unfinished ON runs(position, key) WHERE state IN ('queued', 'running', 'paused');

CREATE TABLE epochs (
  run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  train_loss REAL NOT NULL,
  train_accuracy REAL NOT NULL,
  test_loss REAL NOT NULL,
  test_accuracy REAL NOT NULL,
  learning_rate REAL NOT NULL,
  images_per_second REAL NOT NULL,
  seconds REAL NOT NULL,
  PRIMARY KEY (run, epoch)
) STRICT, WITHOUT ROWID;

-- A loss of NULL was not a finite number.
CREATE TABLE steps (
  run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  loss REAL,
  learning_rate REAL NOT NULL,
  step_ms REAL NOT NULL,
  PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  key INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
  at TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
  kind TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_run ON events(run, key);

-- Base filters: float32, little endian, [row][column][in][filter]. With a rowid: blobs of this size belong in one.
CREATE TABLE filters (
  run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
  layer TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  kernel_rows INTEGER NOT NULL,
  kernel_columns INTEGER NOT NULL,
  inputs INTEGER NOT NULL,
  base_filters INTEGER NOT NULL,
  weights BLOB NOT NULL,
  PRIMARY KEY (run, layer, epoch)
) STRICT;
`
