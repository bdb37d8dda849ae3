import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { xzOf, zipOf } from '../../archives/testSupport'
import { WorkbenchError } from '../../contract/errors'
import { archiveVersion } from '../../contract/publish/studyArchive'
import { tarOf, type TarEntry } from '../../datasets/testSupport'
import { configId } from '../../history/configs'
import { encodeSafetensors } from '../../nn/safetensors'
import { checkRun, readStudy } from './check'
import { unpackStudy } from './read'
import { rejectedWith, fuzz } from '../../testing/fuzz'
import { zipped } from '../../testing/hostileArchives'
import { mutatedBytes } from '../../testing/mutatedBytes'
import { mutatedJson } from '../../testing/mutatedJson'
import { recipe } from '../../contract/experiment'

const at = '2026-01-01T00:00:00.000Z'
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value) ?? 'null')

const weights = Buffer.from(encodeSafetensors([{ name: 'dense.bias', shape: [10], values: new Float32Array(10) }], {}))
const filters = Buffer.alloc(2 * 4 * 3 * 3 * 3 * 4, 1)
const shape = [3, 3, 3, 4]
const run = {
  id: 'a',
  state: 'done',
  reason: null,
  createdAt: at,
  startedAt: at,
  endedAt: at,
  config: { ...recipe, arch: 'resnet-8', variant: 'mcnn-f', dataset: 'synthetic', seed: 1, epochs: 1, milestones: [] },
  environment: {
    program: '1',
    git: null,
    node: 'v24',
    tensorflow: '2',
    tfjs: '4',
    device: 'cpu',
    cpu: 'x',
    cores: 2,
    threads: { intraOp: 2, interOp: null },
    memoryBytes: 1,
    platform: 'linux',
    gpuMath: null,
  },
  datasetFingerprint: 'a'.repeat(64),
  trainExamples: 20,
  testExamples: 10,
  startupSeconds: 1,
  weightsSha256: sha(weights),
  checkpoint: null,
  note: '',
  tags: ['x'],
  archivedAt: null,
  epochs: [
    {
      epoch: 1,
      trainLoss: 1,
      trainAccuracy: 0.5,
      testLoss: 1,
      testAccuracy: 0.5,
      learningRate: 0.1,
      imagesPerSecond: 1,
      seconds: 1,
      waitSeconds: null,
      cpuSeconds: 1,
      memoryBytes: 1,
    },
  ],
  steps: [
    { step: 1, epoch: 1, loss: 2, learningRate: 0.1, stepMs: 1 },
    { step: 2, epoch: 1, loss: null, learningRate: 0.1, stepMs: 1 },
  ],
  events: [{ at, level: 'info', kind: 'started', message: 'x' }],
  evaluation: {
    epoch: 1,
    classes: 10,
    confusion: new Array<number>(100).fill(0),
    mistakes: [{ index: 0, label: 1, predicted: 2, confidence: 0.5 }],
  },
  figures: [
    {
      epoch: 1,
      layers: [{ layer: 'stem', figures: { covered: 0.5, overlap: 0.1, cosine: 0.2, effectiveRank: 3, filters: 16 } }],
    },
  ],
  filters: [
    { layer: 'stem', epoch: 0, shape },
    { layer: 'stem', epoch: 1, shape },
  ],
}
const study = { id: 's', name: 'S', createdAt: at, plan: null, runs: ['a'] }
/** Without a checkpoint, whose name is too long for the simple header that is written here. */
const short: readonly [string, Buffer][] = [
  ['study.json', json(study)],
  ['runs/a/run.json', json(run)],
  ['runs/a/filters.bin', filters],
  ['runs/a/weights.safetensors', weights],
]
const membersOf = (all: readonly (readonly [string, Buffer])[]): { path: string; size: number; sha256: string }[] =>
  all.map(([name, content]) => ({ path: name, size: content.length, sha256: sha(content) }))
const manifestOf = (all: readonly (readonly [string, Buffer])[]): object => ({
  format: 'mcnn-study',
  version: archiveVersion,
  program: '1',
  createdAt: at,
  members: membersOf(all),
})

function packed(
  manifest: unknown,
  all: readonly (readonly [string, Buffer])[],
  more: readonly TarEntry[] = [],
): Buffer {
  return tarOf([
    { path: 'manifest.json', content: json(manifest) },
    ...all.map(([name, content]) => ({ path: name, content })),
    ...more,
  ])
}
const whole = packed(manifestOf(short), short)
/** As other programs pack it: below a folder, with extra files and the manifest last. */
const zipMembers = [
  ...short.map(([name, content]) => ({ path: `s/${name}`, content })),
  { path: 's/LICENSE', content: Buffer.from('x') },
  { path: 's/manifest.json', content: json(manifestOf(short)) },
]
const repacked = tarOf(zipMembers)

/** The archive with one file changed, and a manifest that matches it. */
const otherFile = fc.nat(short.length - 1).chain((i) => {
  const [name, content] = short[i] ?? ['', Buffer.alloc(0)]
  const other = name.endsWith('.json')
    ? mutatedJson([JSON.parse(content.toString()) as unknown]).map(json)
    : mutatedBytes([content], 2)
  return other.map((bytes) => {
    const all = short.map((file, at): [string, Buffer] => (at === i ? [name, bytes] : file))
    return packed(manifestOf(all), all)
  })
})
const otherManifest = mutatedJson([manifestOf(short)]).map((manifest) => packed(manifest, short))
const more = fc
  .record({
    path: fc.constantFrom('../outside', '/tmp/outside', 'study.json', 'runs/a/run.json', 'runs/../../x', ''),
    type: fc.constantFrom('0', '1', '2', '3', '5', 'x', 'L', 'K', 'g'),
    link: fc.constantFrom('', '/etc/passwd', 'study.json'),
    content: fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
  })
  .map((entry) => packed(manifestOf(short), short, [entry]))

fuzz<Buffer>('a study’s archive', (folder) => {
  const file = path.join(folder, 'given.tar.gz')
  const into = path.join(folder, 'into')
  return {
    inputs: fc.oneof(
      { weight: 4, arbitrary: otherFile.map(zipped) },
      { weight: 2, arbitrary: otherManifest.map(zipped) },
      { weight: 2, arbitrary: more.map(zipped) },
      { weight: 2, arbitrary: mutatedBytes([whole], 4).map(zipped) },
      { weight: 1, arbitrary: mutatedBytes([zipped(whole)], 4) },
      { weight: 1, arbitrary: mutatedBytes([whole, xzOf(whole), repacked, zipOf(zipMembers)], 4) },
    ),
    run: async (bytes) => {
      writeFileSync(file, bytes)
      rmSync(into, { recursive: true, force: true })
      mkdirSync(into)
      const verdict = await rejectedWith([WorkbenchError], async () => {
        const manifest = await unpackStudy(file, into, { room: 1 << 26 })
        const { runs } = await readStudy('given', into, manifest)
        for (const id of runs) await checkRun('given', into, id, manifest, configId)
      })
      const left = readdirSync(folder).filter((name) => name !== 'given.tar.gz' && name !== 'into')
      if (left.length > 0) throw new Error(`left ${left.join(', ')} behind`)
      const strange = readdirSync(into, { recursive: true, withFileTypes: true }).find(
        (one) => !one.isFile() && !one.isDirectory(),
      )
      if (strange) throw new Error(`${strange.name} is neither file nor folder`)
      return verdict
    },
  }
})
