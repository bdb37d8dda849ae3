/** Stored results of a named machine, and their tables. */
import { z } from 'zod'
import { fixed, whole } from '../src-main/analysis/text/numbers'
import { markdownTable, textTable, type Table } from '../src-main/analysis/text/table'
import { ratio, row, verdict, type Ratio, type Row } from './measures'

export const result = z.strictObject({
  machine: z.strictObject({ name: z.string(), cpu: z.string(), cores: z.int(), memoryGiB: z.number() }),
  /** Day of the run, YYYY-MM-DD. */
  date: z.iso.date(),
  /** Null: not measured. */
  versions: z.strictObject({
    program: z.string(),
    commit: z.string().nullable(),
    node: z.string(),
    tfjs: z.string(),
    tensorflow: z.string().nullable(),
    peerTensorflow: z.string().nullable(),
    peerPytorch: z.string().nullable(),
  }),
  device: z.string(),
  rounds: z.int(),
  steps: z.int(),
  rows: z.array(row),
  ratios: z.array(ratio),
})
export type Result = z.infer<typeof result>

/** Returns a machine's name from its device: `NVIDIA H100 80GB HBM3` is `nvidia-h100-80gb-hbm3`. */
export function machineNameOf(device: string): string {
  return (
    device
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 64) || 'gpu'
  )
}

const left = (title: string): Table['columns'][number] => ({ title, align: 'left' })
const right = (title: string): Table['columns'][number] => ({ title, align: 'right' })

const labels: Record<Row['name'], string> = {
  'stock-eager': 'stock tfjs-node, eager',
  step: 'MCNN Workbench, recorded step',
  epoch: 'MCNN Workbench, step within an epoch',
  tensorflow: 'Python TensorFlow, graph',
  pytorch: 'PyTorch, channels_last',
}

export function rowTable(rows: readonly Row[], caption: string): Table {
  return {
    caption,
    columns: [
      left('Contender'),
      left('Precision'),
      left('Variant'),
      right('Lowest, ms'),
      right('Median, ms'),
      right('Images/s'),
    ],
    rows: rows.map((r) => [
      labels[r.name],
      r.precision,
      r.variant,
      fixed(r.msMin, 1),
      fixed(r.msMedian, 1),
      whole(r.imagesPerSecond),
    ]),
    notes: [],
  }
}

export function ratioTable(ratios: readonly Ratio[], caption: string, notes: string[] = []): Table {
  return {
    caption,
    columns: [
      left('Ratio'),
      left('Device'),
      right('Same round'),
      right('Lowest / lowest'),
      right('At most'),
      right('Aim'),
      left(''),
    ],
    rows: ratios.map((r) => [
      r.name,
      r.device,
      fixed(r.median, 3),
      fixed(r.min, 3),
      fixed(r.atMost),
      fixed(r.aim),
      verdict(r),
    ]),
    notes,
  }
}

/** All tables, for a terminal. */
export function drawn(
  rows: readonly Row[],
  ratios: readonly Ratio[],
  notes: string[],
  { device, depth, batch }: { device: string; depth: number; batch: number },
): string {
  return `${textTable(rowTable(rows, captionOf(device, depth, batch)))}\n${textTable(ratioTable(ratios, 'Ratios: lower is better', notes))}`
}

const captionOf = (device: string, depth: number, batch: number): string =>
  `A training step of ResNet-${depth}, batch ${batch}, on ${device === 'cpu' ? 'the CPU' : device}`

const begin = (name: string): string => `<!-- bench ${name}: drawn by \`npm run bench -- --readme ${name}\` -->`
const end = '<!-- /bench -->'

/** Returns the name of the result that bench/README.md shows; null for none. */
export function shownIn(page: string): string | null {
  return /<!-- bench ([a-z0-9-]+): /.exec(page)?.[1] ?? null
}

/**
 * Returns bench/README.md with the given result instead of the one that it shows.
 * @throws Error if the page has no place for a result
 */
export function withResult(page: string, shown: Result): string {
  const from = page.search(/<!-- bench [a-z0-9-]+: /)
  const to = page.indexOf(end, from)
  if (from < 0 || to < 0)
    throw new Error(
      `bench/README.md has no place for the tables: put a line '${begin(shown.machine.name)}' and a line '${end}' where it belongs.`,
    )
  return `${page.slice(0, from)}${section(shown)}${page.slice(to)}`
}

function section({ machine, date, versions, device, rounds, steps, rows, ratios }: Result): string {
  const { depth = 0, batch = 0 } = rows[0] ?? {}
  const peers = [
    versions.peerTensorflow && `Python TensorFlow ${versions.peerTensorflow}`,
    versions.peerPytorch && `PyTorch ${versions.peerPytorch}`,
  ]
  const made = [
    `MCNN Workbench ${versions.program}`,
    `TensorFlow ${versions.tensorflow ?? '–'}`,
    `tfjs-node ${versions.tfjs}`,
    `Node ${versions.node}`,
    ...peers.filter(Boolean),
  ]
  const how = `${date}, ${machine.cpu}, ${machine.cores} cores; ${made.join(', ')}; ${rounds} rounds of ${steps} steps each.`
  return [
    begin(machine.name),
    '',
    markdownTable(rowTable(rows, captionOf(device, depth, batch))),
    markdownTable(ratioTable(ratios, 'Ratios: lower is better')),
    how,
    '',
    '',
  ].join('\n')
}
