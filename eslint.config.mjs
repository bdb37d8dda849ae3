/** What the linter holds: sound TypeScript, and the borders between the parts of the program. */
import js from '@eslint/js'
import { defineConfig } from 'eslint/config'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import tseslint from 'typescript-eslint'
import { constantSql } from './setup/lint/constantSql.mjs'
import { noClock } from './setup/lint/noClock.mjs'

const parts = [
  'contract',
  'files',
  'nn',
  'graph',
  'trainer',
  'datasets',
  'archives',
  'analysis',
  'exports',
  'history',
  'service',
  'shell',
  'cli',
  'system',
]

/** Packages that only some parts may load, and why. */
const guarded = {
  electron: { group: ['electron', 'electron/*'], message: 'Only the shell runs in Electron.' },
  tensorflow: { group: ['@tensorflow/*'], message: 'TensorFlow belongs to graph/ and trainer/.' },
  protobuf: {
    group: ['protobufjs', 'protobufjs/*'],
    message: 'Only models for other programs are protocol buffers (exports/).',
  },
  sqlite: { group: ['better-sqlite3'], message: 'SQLite belongs to history/.' },
  node: { group: ['node:*'], message: 'This part also runs in a browser.' },
}

/**
 * @param {string} files
 * @param {object} allowed
 * @param {string[]} allowed.parts parts that may be imported, besides its own
 * @param {string[]} [allowed.modules] single modules of other parts
 * @param {(keyof typeof guarded)[]} [allowed.packages] guarded packages that may be imported
 * @param {(keyof typeof guarded)[]} [allowed.types] guarded packages whose types may be imported
 * @param {string[]} [allowed.only] no package but these
 * @param {string} [allowed.way] how a path begins that leads to another part, as a regular expression
 */
function border(files, { parts: allowed, modules = [], packages = [], types = [], only, way = '(\\.\\./)+' }) {
  const own = parts.filter((part) => files.startsWith(`src-main/${part}/`))
  const banned = parts.filter((part) => !allowed.includes(part) && !own.includes(part))
  const patterns = [
    ...(banned.length === 0
      ? []
      : [
          {
            regex: `^${way}(?!(${modules.join('|')})$)(${banned.join('|')})(/|$)`,
            message: `This part may import ${[...own, ...allowed].join(', ') || 'none of the others'}.`,
          },
        ]),
    ...Object.entries(guarded)
      .filter(([name]) => !packages.includes(name))
      .map(([name, rule]) => ({ ...rule, allowTypeImports: types.includes(name) })),
    ...(only
      ? [
          {
            regex: `^(?!\\.{1,2}/|(${only.join('|')})(/|$))`,
            message: `The only packages here are ${only.join(', ') || 'none'}.`,
          },
        ]
      : []),
  ]
  return {
    files: [files],
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  }
}

const tests = ['**/*.test.ts']
const typed = [
  'src-main/**/*.ts',
  'src-renderer/**/*.ts',
  'e2e/**/*.ts',
  'bench/**/*.ts',
  'setup/**/*.ts',
  '*.config.ts',
]

export default defineConfig(
  { ignores: ['out/', 'node_modules/', '.runtime/', 'test-results/', 'coverage/', 'release/'] },
  {
    files: ['**/*.{js,mjs,cjs,ts,svelte}'],
    rules: {
      ...js.configs.recommended.rules,
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  // A trainer's or a service's standard output belongs to who reads it.
  {
    files: ['src-main/**', 'src-renderer/**'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'Date',
          property: 'now',
          message: 'The clock may jump: measure with performance.now(). What is a date is new Date().',
        },
      ],
    },
  },
  { files: ['**/*.{js,mjs,cjs}'], languageOptions: { globals: globals.node } },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
  {
    files: typed,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // An ambient declaration beside its one user has to be named where another project compiles that user.
      '@typescript-eslint/triple-slash-reference': ['error', { path: 'always', types: 'never', lib: 'never' }],
      // Numbers, booleans and nulls in a template are what they look like; objects are not.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `() => send()` where nothing is made of the result is house style.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Called for their side of a type: `call<C extends ServiceCall>(name: C, params: ServiceParams<C>)`.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // tfjs-node and Electron declare as classes what are records and what only they make.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // It takes what a field was before an await, or a call, for what it is after.
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  {
    files: tests,
    rules: {
      // A fake has methods that do nothing, and awaits nothing.
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/require-await': 'off',
      // `expect(fake.method)` asks about a method and calls nothing.
      '@typescript-eslint/unbound-method': 'off',
      // `expect.objectContaining` and its like are `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },

  // Test code passes on a busy machine.
  {
    files: [...tests, 'e2e/**/*.ts', '**/testSupport.ts', '**/testServer.ts', '**/fixtures/*.ts', '**/testing/*.ts'],
    plugins: { tests: { rules: { 'no-clock': noClock } } },
    rules: { 'tests/no-clock': 'error' },
  },

  { files: ['**/*.svelte'], extends: [tseslint.configs.strict] },
  svelte.configs['flat/recommended'],
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      // svelte-check knows the names, types included.
      'no-undef': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // `let { a, b = $bindable() } = $props()` is one declaration.
      'prefer-const': 'off',
      'svelte/prefer-const': 'error',
      // svelte-check hears the compiler's warnings; the plugin doesn't hear all of them.
      'svelte/no-unused-svelte-ignore': 'off',
    },
  },
  // TypeScript knows the names.
  { files: ['**/*.ts'], rules: { 'no-undef': 'off' } },

  {
    files: ['src-main/**/*.ts', 'bench/**/*.ts'],
    ignores: [...tests, '**/testSupport.ts'],
    plugins: { workbench: { rules: { 'constant-sql': constantSql } } },
    // `filterOf` alone makes a `where`, of columns by field and of `?`; the functions make expressions of columns from
    // enums, a quoted name, a number.
    rules: {
      'workbench/constant-sql': [
        'error',
        {
          members: ['filter.where'],
          names: ['where', 'step', 'columns', 'order'],
          calls: ['orderOf', 'every', 'whole', 'mean', 'quoted', 'Number'],
        },
      ],
    },
  },

  border('src-main/contract/**', { parts: [], only: ['zod'] }),
  border('src-main/nn/**', { parts: ['contract', 'analysis'], types: ['tensorflow'] }),
  border('src-main/analysis/**', { parts: ['contract'] }),
  border('src-main/exports/**', {
    parts: ['contract', 'nn', 'analysis'],
    packages: ['protobuf'],
    only: ['protobufjs'],
  }),
  border('src-main/files/**', { parts: ['contract'], packages: ['node'] }),
  border('src-main/archives/**', { parts: ['contract'], packages: ['node'] }),
  border('src-main/datasets/**', { parts: ['contract', 'files', 'nn', 'archives'], packages: ['node'] }),
  border('src-main/graph/**', {
    parts: ['contract', 'nn'],
    modules: ['analysis/banks'],
    packages: ['node', 'tensorflow'],
  }),
  border('src-main/system/**', { parts: [], packages: ['node'] }),
  border('src-main/trainer/**', {
    parts: ['contract', 'system', 'nn', 'graph', 'datasets'],
    modules: ['analysis/(banks|complementarity)'],
    packages: ['node', 'tensorflow'],
  }),
  border('src-main/history/**', { parts: ['contract', 'analysis'], packages: ['node', 'sqlite'] }),
  border('src-main/service/**', {
    parts: ['contract', 'files', 'system', 'nn', 'analysis', 'exports', 'datasets', 'archives', 'history'],
    packages: ['node'],
  }),
  border('src-main/cli/**', {
    parts: ['contract', 'files', 'system', 'nn', 'analysis', 'service'],
    packages: ['node'],
  }),
  // Where data is kept is asked before there is a service.
  border('src-main/shell/**', {
    parts: ['contract', 'files', 'system'],
    modules: ['service/(dataDir|dataDirIdentity)'],
    packages: ['node', 'electron'],
  }),
  border('src-main/*.ts', { parts: ['contract', 'shell', 'system'], packages: ['node', 'electron'], way: '\\./' }),
  // Times the parts as they are; what it starts are processes like the service's.
  border('bench/**', {
    parts: ['contract', 'system', 'nn', 'graph', 'analysis'],
    modules: ['service/(git|lineWorker|player|probe|setupState|trainerEnv|trainers)', 'trainer/(timedStep|turns)'],
    packages: ['node'],
    types: ['tensorflow'],
    way: '(\\.\\./)+src-main/',
  }),
  // A made-up history is written as a real one is.
  border('bench/{history,ui}/**', {
    parts: ['contract', 'system', 'nn', 'analysis', 'history'],
    packages: ['node'],
    way: '(\\.\\./)+src-main/',
  }),
  // Repeats a run of the history with another engine.
  border('bench/replay/**', {
    parts: ['contract', 'system', 'nn', 'analysis', 'datasets', 'service'],
    packages: ['node'],
    way: '(\\.\\./)+src-main/',
  }),
  // What is hurt is the program as it is shipped: only its contract is known.
  border('bench/faults/**', { parts: ['contract', 'system', 'nn'], packages: ['node'], way: '(\\.\\./)+src-main/' }),
  // Looks at every parser from outside, as a test does.
  border('bench/fuzz/**', {
    parts: [
      'contract',
      'files',
      'system',
      'nn',
      'analysis',
      'datasets',
      'archives',
      'history',
      'service',
      'shell',
      'trainer',
    ],
    packages: ['node'],
    way: '(\\.\\./)+src-main/',
  }),
  border('src-renderer/**/*.{ts,svelte}', { parts: ['contract', 'analysis'], way: '(\\.\\./)+src-main/' }),
  {
    // Tests look at the parts from outside, with the tools at hand; the packages stay where they are.
    files: tests,
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [guarded.electron] }],
    },
  },
)
