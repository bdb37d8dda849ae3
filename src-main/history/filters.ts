import type { LayerFigures } from '../analysis/filters/complementarity'
import type { KernelShape } from '../analysis/filters/filterBank'
import type { EpochFigures } from '../contract/models/filters'
import type { Database } from './files/database'
import { insertInto } from './files/statements'

export interface StoredFilters {
  epoch: number
  shape: KernelShape
  /** [row][column][in][filter] */
  values: Float32Array
}

interface FilterRow {
  epoch: number
  kernel_rows: number
  kernel_columns: number
  inputs: number
  base_filters: number
  weights: Buffer
}

/** Columns of the table `filters`, without the run. */
export const filterColumns = ['layer', 'epoch', 'kernel_rows', 'kernel_columns', 'inputs', 'base_filters', 'weights']
/** Columns of the table `layer_figures`, without the run. */
export const figureColumns = ['layer', 'epoch', 'covered', 'overlap', 'cosine', 'effective_rank', 'filters']

/** Stores base filters after every epoch; epoch 0 is before training. */
export class Filters {
  readonly #insert
  readonly #epochs
  readonly #one
  readonly #insertFigures
  readonly #figures
  readonly #shape
  readonly #bytes

  constructor(db: Database) {
    this.#insert = db.prepare<[number, string, number, number, number, number, number, Buffer]>(
      insertInto('filters', ['run', ...filterColumns]),
    )
    this.#epochs = db.prepare<[number], { layer: string; epoch: number }>(
      'SELECT layer, epoch FROM filters WHERE run = ? ORDER BY layer, epoch',
    )
    this.#shape = db
      .prepare<[number, string, number], [number, number, number, number]>(
        'SELECT kernel_rows, kernel_columns, inputs, base_filters FROM filters WHERE run = ? AND layer = ? AND epoch = ?',
      )
      .raw()
    this.#bytes = db
      .prepare<[number, string, number], Buffer>(
        'SELECT weights FROM filters WHERE run = ? AND layer = ? AND epoch = ?',
      )
      .pluck()
    this.#one = db.prepare<[{ run: number; layer: string; epoch: number | null }], FilterRow>(`
      SELECT epoch, kernel_rows, kernel_columns, inputs, base_filters, weights FROM filters
      WHERE run = @run AND layer = @layer AND (@epoch IS NULL OR epoch = @epoch) ORDER BY epoch DESC LIMIT 1`)
    const insert = db.prepare<[LayerFigures & { run: number; layer: string; epoch: number }]>(
      insertInto(
        'layer_figures',
        {
          run: '@run',
          layer: '@layer',
          epoch: '@epoch',
          covered: '@covered',
          overlap: '@overlap',
          cosine: '@cosine',
          effective_rank: '@effectiveRank',
          filters: '@filters',
        },
        ' OR REPLACE',
      ),
    )
    this.#insertFigures = db.transaction((rows: (LayerFigures & { run: number; layer: string; epoch: number })[]) => {
      for (const row of rows) insert.run(row)
    })
    this.#figures = db.prepare<[number], LayerFigures & { layer: string; epoch: number }>(
      'SELECT layer, epoch, covered, overlap, cosine, effective_rank AS effectiveRank, filters FROM layer_figures WHERE run = ? ORDER BY epoch',
    )
  }

  /** Replaces existing filters of the epoch. */
  addFigures(run: number, { epoch, layers }: EpochFigures): void {
    this.#insertFigures(layers.flatMap(({ layer, figures }) => (figures ? [{ run, layer, epoch, ...figures }] : [])))
  }

  /**
   * @param layers in the requested order
   * @returns epochs, ascending, each with every layer
   */
  figures(run: number, layers: readonly string[]): EpochFigures[] {
    return [...this.#figuresByEpoch(run)].map(([epoch, known]) => ({
      epoch,
      layers: layers.map((layer) => ({ layer, figures: known.get(layer) ?? null })),
    }))
  }

  /** Returns the figures of every layer that has some, whatever its name. */
  allFigures(run: number): EpochFigures[] {
    return [...this.#figuresByEpoch(run)].map(([epoch, known]) => ({
      epoch,
      layers: [...known].map(([layer, figures]) => ({ layer, figures })),
    }))
  }

  #figuresByEpoch(run: number): Map<number, Map<string, LayerFigures>> {
    const byEpoch = new Map<number, Map<string, LayerFigures>>()
    for (const { layer, epoch, ...figures } of this.#figures.iterate(run)) {
      const known = byEpoch.get(epoch) ?? new Map<string, LayerFigures>()
      byEpoch.set(epoch, known.set(layer, figures))
    }
    return byEpoch
  }

  /** Returns null if there are none. */
  shape(run: number, layer: string, epoch: number): [number, number, number, number] | null {
    return this.#shape.get(run, layer, epoch) ?? null
  }

  /** Returns the stored bytes: float32, little endian; null if there are none. */
  bytes(run: number, layer: string, epoch: number): Buffer | null {
    return this.#bytes.get(run, layer, epoch) ?? null
  }

  /**
   * @param weights float32, little endian, as many as the shape says
   * @throws Error if the length does not match the shape, or the filters of that layer and epoch exist already
   */
  add(run: number, epoch: number, layer: string, shape: KernelShape, weights: Buffer): void {
    const expected = shape.reduce((product, side) => product * side, 4)
    if (weights.length !== expected)
      throw new RangeError(
        `filters of ${layer}: ${weights.length} bytes for the shape ${shape.join(' × ')}, which takes ${expected}`,
      )
    this.#insert.run(run, layer, epoch, ...shape, weights)
  }

  /** Returns the stored epochs by layer, ascending. */
  epochs(run: number): Map<string, number[]> {
    const byLayer = new Map<string, number[]>()
    for (const { layer, epoch } of this.#epochs.iterate(run)) {
      const epochs = byLayer.get(layer)
      if (epochs) epochs.push(epoch)
      else byLayer.set(layer, [epoch])
    }
    return byLayer
  }

  /** @param epoch null for the newest */
  get(run: number, layer: string, epoch: number | null): StoredFilters | null {
    const row = this.#one.get({ run, layer, epoch })
    if (!row) return null
    const values = new Float32Array(row.weights.length / 4)
    for (let i = 0; i < values.length; i++) values[i] = row.weights.readFloatLE(4 * i)
    return { epoch: row.epoch, shape: [row.kernel_rows, row.kernel_columns, row.inputs, row.base_filters], values }
  }
}
