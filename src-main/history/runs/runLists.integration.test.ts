/** Upgrades a history of an earlier version. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { recipe } from '../../contract/experiment'
import { canonicalJson } from '../../analysis/text/canonicalJson'
import { openDatabase } from '../files/database'
import { History } from '../history'
import { migrations } from '../migrations'

const folder = mkdtempSync(path.join(tmpdir(), 'mcnn-migrated-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('the third migration summarises earlier measurements and keeps the runs in the list', () => {
  const file = path.join(folder, 'history.sqlite')
  const old = openDatabase(file, { steps: migrations.slice(0, 2) })
  old.exec(`INSERT INTO studies (key, id, name, created_at) VALUES (1, 's', 'S', '2026-01-01T00:00:00Z')`)
  old
    .prepare('INSERT INTO configs (id, json) VALUES (?, ?)')
    .run('c', canonicalJson({ ...recipe, arch: 'resnet-20', variant: 'mcnn-f', batchSize: 64 }))
  old.exec(`
    INSERT INTO runs (key, id, study, config, arch, variant, dataset, seed, epochs, train_examples, test_examples, trainable_parameters,
      trainable_filters, state, position, created_at, epochs_done, test_accuracy, best_test_accuracy, best_epoch, train_loss, images_per_second, seconds)
    VALUES (1, 'r', 1, 'c', 'resnet-20', 'mcnn-f', 'cifar-10', 1, 3, 50000, 10000, 1, 1, 'done', 1, '2026-01-01T00:00:00Z', 3, 0.8, 0.9, 2, 0.3, 640, 3);
    INSERT INTO epochs (run, epoch, train_loss, train_accuracy, test_loss, test_accuracy, learning_rate, images_per_second, seconds)
    VALUES (1, 1, 0.9, 0.5, 1.5, 0.5, 0.1, 640, 1), (1, 2, 0.2, 0.5, 0.4, 0.9, 0.1, 640, 1), (1, 3, 0.3, 0.5, 0.6, 0.8, 0.1, 640, 1);
    INSERT INTO runs (key, id, study, config, arch, variant, dataset, seed, epochs, train_examples, test_examples, trainable_parameters,
      trainable_filters, state, position, created_at)
    VALUES (2, 'none', 1, 'c', 'resnet-20', 'mcnn-f', 'cifar-10', 2, 3, 50000, 10000, 1, 1, 'failed', 2, '2026-01-01T00:00:00Z')`)
  old.close()

  const history = new History(file)
  const of = (statistic: 'last' | 'min' | 'max' | 'best'): unknown[] => {
    const [run] = history.runLists.byIds(['r'], statistic)
    return [run?.accuracy, run?.rowTrainLoss, run?.rowTestLoss, run?.stepMs]
  }
  expect(of('last')).toEqual([0.8, 0.3, 0.6, 100])
  expect(of('min')).toEqual([0.5, 0.2, 0.4, 100])
  expect(of('max')).toEqual([0.9, 0.9, 1.5, 100])
  expect(of('best')).toEqual([0.9, 0.2, 0.4, 100])
  const part = history.runLists.part(
    { query: '', sort: [{ column: 'accuracy', descending: false }], statistic: 'last', group: 'none', open: [] },
    0,
    10,
  )
  expect(part.part.map((row) => (row.kind === 'run' ? [row.id, row.accuracy, row.stepMs] : []))).toEqual([
    ['r', 0.8, 100],
    ['none', null, null],
  ])
  history.close()
})
