/** The linter's rules. `.dependency-cruiser.mjs` has the borders between the parts of the program. */
import js from '@eslint/js'
import { defineConfig } from 'eslint/config'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import tseslint from 'typescript-eslint'
import { constantSql } from './setup/lint/constantSql.mjs'
import { noClock } from './setup/lint/noClock.mjs'

const tests = ['**/*.test.ts']
const typed = [
  'src-main/**/*.ts',
  'src-renderer/**/*.ts',
  'e2e/**/*.ts',
  'bench/**/*.ts',
  'setup/**/*.ts',
  'docs/**/*.ts',
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
  // The standard output of a trainer or a service is a protocol.
  {
    files: ['src-main/**', 'src-renderer/**'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'Date',
          property: 'now',
          message: 'The clock may jump: measure with performance.now(). Use new Date() for dates.',
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
      // An ambient declaration next to its only user must be named if another project compiles that user.
      '@typescript-eslint/triple-slash-reference': ['error', { path: 'always', types: 'never', lib: 'never' }],
      // Numbers, booleans and null are printed unambiguously in a template; objects are not.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // The house style allows `() => send()` whose result is not used.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Type parameters that relate two parameters: `call<C extends ServiceCall>(name: C, params: ServiceParams<C>)`.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // tfjs-node and Electron declare classes for plain records that only they create.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // The rule assumes that a field does not change during an await or a call.
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  {
    files: tests,
    rules: {
      // A fake has methods that do nothing and await nothing.
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/require-await': 'off',
      // `expect(fake.method)` passes a method without calling it.
      '@typescript-eslint/unbound-method': 'off',
      // `expect.objectContaining` and similar matchers are typed as `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },

  // Tests must pass on a busy machine.
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
      // svelte-check knows all names, types included.
      'no-undef': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // `let { a, b = $bindable() } = $props()` is one declaration.
      'prefer-const': 'off',
      'svelte/prefer-const': 'error',
      // svelte-check reports the compiler's warnings; the plugin misses some.
      'svelte/no-unused-svelte-ignore': 'off',
    },
  },
  // TypeScript checks names.
  { files: ['**/*.ts'], rules: { 'no-undef': 'off' } },

  {
    files: ['src-main/**/*.ts', 'bench/**/*.ts'],
    ignores: [...tests, '**/testSupport.ts'],
    plugins: { workbench: { rules: { 'constant-sql': constantSql } } },
    // Only `filterOf` builds a `where`, from columns of fields and `?`. The functions build expressions from columns of
    // enums, a quoted name or a number.
    rules: {
      'workbench/constant-sql': [
        'error',
        {
          members: ['filter.where'],
          names: ['where', 'step', 'columns', 'order', 'copy'],
          calls: [
            'orderOf',
            'every',
            'whole',
            'mean',
            'Number',
            'insertInto',
            'upsertInto',
            'changeTriggers',
            'selectAll',
          ],
        },
      ],
    },
  },
)
