/**
 * What each part of the program may import. `npm run lint` checks it, together with cycles and orphans;
 * `npx depcruise src-main --output-type mermaid` draws it.
 */

/** Packages that only some parts may load. `types`: parts that may import their types. */
const guardedPackages = {
  electron: { path: '^(electron$|node_modules/electron/)', reason: 'Only the shell runs in Electron.' },
  tensorflow: { path: 'node_modules/@tensorflow/', reason: 'TensorFlow belongs to graph/ and trainer/.' },
  protobuf: { path: 'node_modules/protobufjs/', reason: 'Only exports/ writes protocol buffers.' },
  sqlite: { path: 'node_modules/better-sqlite3/', reason: 'SQLite belongs to history/.' },
  node: { dependencyTypes: ['core'], reason: 'This part also runs in a browser.' },
}

/**
 * @typedef {object} Part
 * @property {string} path regular expression of the part's files
 * @property {string[]} parts folders of src-main that it may import besides its own
 * @property {string[]} [modules] single modules of other parts, without extension
 * @property {(keyof typeof guardedPackages)[]} [packages] guarded packages that it may import
 * @property {(keyof typeof guardedPackages)[]} [types] guarded packages whose types it may import
 * @property {string[]} [only] it may import no package but these
 */

/** @type {Record<string, Part>} */
const parts = {
  // The declarations of networks are plain data, so that every part can read them.
  networks: { path: '^src-main/networks/', parts: [], only: [] },
  contract: { path: '^src-main/contract/', parts: ['networks'], only: ['zod'] },
  nn: { path: '^src-main/nn/', parts: ['networks', 'contract', 'analysis'], types: ['tensorflow'] },
  analysis: { path: '^src-main/analysis/', parts: ['contract'] },
  exports: {
    path: '^src-main/exports/',
    parts: ['contract', 'nn', 'analysis'],
    packages: ['protobuf'],
    only: ['protobufjs'],
  },
  files: { path: '^src-main/files/', parts: ['contract'], packages: ['node'] },
  journal: { path: '^src-main/journal/', parts: ['contract', 'files'], packages: ['node'] },
  archives: { path: '^src-main/archives/', parts: ['contract'], packages: ['node'] },
  datasets: { path: '^src-main/datasets/', parts: ['contract', 'files', 'nn', 'archives'], packages: ['node'] },
  graph: {
    path: '^src-main/graph/',
    parts: ['contract', 'nn'],
    modules: ['analysis/filters/banks'],
    packages: ['node', 'tensorflow'],
  },
  system: { path: '^src-main/system/', parts: [], packages: ['node'] },
  trainer: {
    path: '^src-main/trainer/',
    parts: ['contract', 'files', 'journal', 'system', 'nn', 'graph', 'datasets'],
    modules: ['analysis/filters/banks', 'analysis/filters/complementarity'],
    packages: ['node', 'tensorflow'],
  },
  history: { path: '^src-main/history/', parts: ['contract', 'files', 'analysis'], packages: ['node', 'sqlite'] },
  service: {
    path: '^src-main/service/',
    parts: ['contract', 'files', 'journal', 'system', 'nn', 'analysis', 'exports', 'datasets', 'archives', 'history'],
    packages: ['node'],
  },
  cli: {
    path: '^src-main/cli/',
    parts: ['contract', 'files', 'system', 'nn', 'analysis', 'service'],
    packages: ['node'],
  },
  // The shell locates the data directory before the service runs.
  shell: {
    path: '^src-main/shell/',
    parts: ['contract', 'files', 'system'],
    modules: ['service/storage/dataDir', 'service/storage/dataDirIdentity', 'service/storage/rememberedDataDir'],
    packages: ['node', 'electron'],
  },
  entry: { path: '^src-main/[^/]+$', parts: ['contract', 'shell', 'system'], packages: ['node', 'electron'] },
  renderer: { path: '^src-renderer/', parts: ['contract', 'networks', 'analysis'] },
  bench: {
    path: '^bench/(?!(history|ui|replay|faults)/)',
    parts: ['contract', 'files', 'system', 'nn', 'graph', 'analysis'],
    modules: [
      'service/training/followedTrainer',
      'service/training/git',
      'service/training/trainerEnv',
      'service/training/trainers',
      'service/machine/jsonLinesProcess',
      'service/machine/parallelTuning',
      'service/machine/processor',
      'service/machine/benchWorker',
      'service/machine/probe',
      'service/machine/setupState',
      'trainer/measurements/timedStep',
      'trainer/measurements/timingLoop',
    ],
    packages: ['node'],
    types: ['tensorflow'],
  },
  // A synthetic history is written the way a real one is.
  benchHistory: {
    path: '^bench/(history|ui)/',
    parts: ['contract', 'system', 'nn', 'analysis', 'history'],
    packages: ['node'],
  },
  benchReplay: {
    path: '^bench/replay/',
    parts: ['contract', 'files', 'system', 'nn', 'analysis', 'datasets', 'service'],
    packages: ['node'],
  },
  // The fault campaign knows the built program by its contract only.
  benchFaults: { path: '^bench/faults/', parts: ['contract', 'system', 'nn'], packages: ['node'] },
}

/** Tests look at a part from outside, with any tool: only the borders between packages and Electron hold for them. */
const tests = '\\.test\\.ts$|/testSupport\\.ts$|/fixtures/|/testing/|/testing\\.ts$|/testServer\\.ts$'

/** @param {string} name @param {Part} part */
function bordersOf(name, { path, parts: allowed, modules = [], packages = [], types = [], only }) {
  const own = path.match(/^\^src-main\/(\w+)\//)?.[1]
  const reachable = [...allowed, ...(own ? [own] : [])].map((part) => `^src-main/${part}/`)
  const single = modules.map((module) => `^src-main/${module}\\.ts$`)
  const from = { path, pathNot: tests }
  const outside = name === 'entry' ? ['^src-main/[^/]+$'] : []
  return [
    {
      name: `${name}-parts`,
      severity: 'error',
      comment: `${name} may import ${allowed.join(', ') || 'no other part'} of src-main.`,
      from,
      to: { path: '^src-main/', pathNot: [...reachable, ...single, ...outside] },
    },
    ...Object.entries(guardedPackages)
      .filter(([id]) => !packages.includes(/** @type {keyof typeof guardedPackages} */ (id)))
      .map(([id, { reason, ...guarded }]) => ({
        name: `${name}-without-${id}`,
        severity: 'error',
        comment: reason,
        from,
        to: {
          ...guarded,
          ...(types.includes(/** @type {keyof typeof guardedPackages} */ (id))
            ? { dependencyTypesNot: ['type-only', 'type-import'] }
            : {}),
        },
      })),
    ...(only
      ? [
          {
            name: `${name}-packages`,
            severity: 'error',
            comment: `The only packages here are ${only.join(', ')}.`,
            from,
            to: { path: '^node_modules/', pathNot: only.map((id) => `^node_modules/${id}/`) },
          },
        ]
      : []),
  ]
}

export default {
  forbidden: [
    {
      name: 'no-cycle',
      severity: 'error',
      comment: 'A cycle, type-only ones included, ties modules together that should be understood one by one.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      severity: 'error',
      comment: 'No entry and no other module imports this file.',
      from: {
        orphan: true,
        pathNot: [tests, '\\.d\\.ts$', '\\.config\\.(ts|mjs)$', '\\.svelte$', '^src-main/trainer/watchdog\\.ts$'],
      },
      to: {},
    },
    {
      name: 'tests-without-electron',
      severity: 'error',
      comment: guardedPackages.electron.reason,
      from: { path: tests },
      to: { path: guardedPackages.electron.path, dependencyTypesNot: ['type-only'] },
    },
    ...Object.entries(parts).flatMap(([name, part]) => bordersOf(name, part)),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|\\.runtime)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.svelte.ts', '.svelte', '.mjs', '.mts', '.cjs', '.js', '.json'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
