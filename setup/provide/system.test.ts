import { describe, expect, it } from 'vitest'
import { missingSentence, notFound, packagesOf, withTime64 } from './system.mjs'

const ldd = `
	linux-vdso.so.1 (0x00007ffd)
	libffmpeg.so => /clone/.runtime/electron/libffmpeg.so (0x00007f)
	libnss3.so => not found
	libnssutil3.so => not found
	libX11.so.6 => not found
	libX11-xcb.so.1 => not found
	libasound.so.2 => not found
	libasound.so.2 => not found
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
`

describe('missing libraries', () => {
  it('are read from ldd, each once', () =>
    expect(notFound(ldd)).toEqual(['libnss3.so', 'libnssutil3.so', 'libX11.so.6', 'libX11-xcb.so.1', 'libasound.so.2']))

  it('are mapped to packages, each once', () =>
    expect(packagesOf(notFound(ldd))).toEqual({
      packages: ['libasound2', 'libnss3', 'libx11-6', 'libx11-xcb1'],
      unknown: [],
    }))

  it('are listed separately if no package is known', () =>
    expect(packagesOf(['libquantum.so.7', 'libgbm.so.1'])).toEqual({
      packages: ['libgbm1'],
      unknown: ['libquantum.so.7'],
    }))

  it('use the package name of the system', () => {
    const shown = 'Package: libasound2t64\nVersion: 1\n\nPackage: libatk1.0-0t64\n'
    expect(withTime64(['libasound2', 'libatk1.0-0', 'libnss3'], shown)).toEqual([
      'libasound2t64',
      'libatk1.0-0t64',
      'libnss3',
    ])
    expect(withTime64(['libasound2'], '')).toEqual(['libasound2'])
  })
})

it('states what is missing and what to type', () => {
  expect(missingSentence(['the compiler g++'], 'sudo apt-get install -y g++')).toBe(
    'the compiler g++ is missing and cannot be installed automatically; type: sudo apt-get install -y g++, then call again.',
  )
  expect(missingSentence(['python3 with pip', 'the compiler g++', 'xvfb-run'], null)).toBe(
    "python3 with pip, the compiler g++ and xvfb-run are missing and cannot be installed automatically; install that with this system's package manager, then call again.",
  )
})
