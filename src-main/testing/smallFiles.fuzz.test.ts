import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { WorkbenchError } from '../contract/errors'
import { preferences } from '../contract/window/preferences'
import { readManifest } from '../datasets/store'
import { fakeCifar10 } from '../datasets/testSupport'
import { writtenFilesText, parseWrittenFiles } from '../files/writtenFiles'
import { readSetupState } from '../service/machine/setupState'
import { measuredThreads } from '../service/machine/threads'
import { StoredPreferences } from '../shell/preferences'
import { openingBounds, readWindowState } from '../shell/window/bounds'
import { rejectedWith, fuzz } from './fuzz'
import { mutatedJsonText } from './mutatedJson'

const { spec } = fakeCifar10()
const sha256 = 'a'.repeat(64)
const seeds = [
  { theme: 'dark', zoom: 1.25 },
  { x: 10, y: 20, width: 1280, height: 800, maximized: false },
  {
    machine: {
      at: '2026-05-09T12:00:00Z',
      device: 'cpu',
      precision: 'float32',
      batch: 128,
      own: { intraOp: 2, interOp: 2 },
      candidates: [{ threads: { intraOp: 2, interOp: null }, msStep: 12.5, ratio: 1 }],
    },
  },
  JSON.parse(
    writtenFilesText(
      new Map([
        ['index.html', [sha256]],
        ['figures/a.svg', [sha256, sha256]],
      ]),
      'mcnn-1-0123abcd.part',
    ),
  ) as object,
  { tensorflow: { version: '2.21', kind: 'cpu' }, electron: { version: '45', fallback: false } },
  {
    format: 1,
    id: spec.id,
    classes: spec.classes,
    labelBytes: 1,
    train: { count: 20, bytes: 20 * 3073, sha256 },
    test: { count: 10, bytes: 10 * 3073, sha256 },
    official: null,
    source: 's',
    importedAt: 'x',
  },
]

fuzz<string>('settings, the window’s place, measurements, manifests', (folder) => {
  const file = path.join(folder, 'file.json')
  const setDir = path.join(folder, 'datasets', spec.id)
  mkdirSync(setDir, { recursive: true })
  mkdirSync(path.join(folder, '.runtime'))
  return {
    inputs: mutatedJsonText(seeds),
    run: async (text) => {
      for (const to of [file, path.join(setDir, 'manifest.json'), path.join(folder, '.runtime/state.json')])
        writeFileSync(to, text)
      if (!preferences.safeParse(new StoredPreferences(file, () => undefined).now).success)
        throw new Error('preferences that are none')
      const bounds = openingBounds(readWindowState(file), [{ x: 0, y: 0, width: 1920, height: 1080 }])
      if (!Object.values(bounds).every((value) => Number.isFinite(value))) throw new Error('a window without a size')
      const names = Object.keys(parseWrittenFiles(text)?.files ?? {})
      if (names.some((name) => !path.join(folder, name).startsWith(`${folder}${path.sep}`)))
        throw new Error('a file outside of its folder')
      measuredThreads(file, 'machine')
      readSetupState(folder)
      const verdict = await rejectedWith([WorkbenchError], () => readManifest(path.join(folder, 'datasets'), spec))
      rmSync(file)
      return verdict
    },
  }
})
