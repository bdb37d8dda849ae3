import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findDisplay, x11Addresses } from './display.mjs'

describe('address of an X server', () => {
  it.each([
    [':0', [{ path: '/tmp/.X11-unix/X0' }, { path: '\0/tmp/.X11-unix/X0' }]],
    [':99.0', [{ path: '/tmp/.X11-unix/X99' }, { path: '\0/tmp/.X11-unix/X99' }]],
    ['unix:1', [{ path: '/tmp/.X11-unix/X1' }, { path: '\0/tmp/.X11-unix/X1' }]],
    ['localhost:10.0', [{ host: 'localhost', port: 6010 }]],
    ['tcp/[::1]:2', [{ host: '::1', port: 6002 }]],
    ['', []],
    ['nonsense', []],
  ])('of DISPLAY=%s is found', (display, addresses) => expect(x11Addresses(display)).toEqual(addresses))
})

describe('display', () => {
  let folder = ''
  let server: Server
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mcnn-display-'))
    server = createServer()
    await new Promise<void>((resolve) => server.listen(join(folder, 'wayland-0'), resolve))
  })
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true })
  })

  it('exists if its server answers', async () => {
    expect(await findDisplay({ WAYLAND_DISPLAY: 'wayland-0', XDG_RUNTIME_DIR: folder })).toBe('wayland')
    expect(await findDisplay({ WAYLAND_DISPLAY: join(folder, 'wayland-0') })).toBe('wayland')
    expect(await findDisplay({ DISPLAY: join(folder, 'wayland-0') })).toBe('x11')
  })

  it('does not exist if only the variable is set', async () => {
    expect(await findDisplay({})).toBeNull()
    expect(await findDisplay({ DISPLAY: ':54321' })).toBeNull()
    expect(await findDisplay({ WAYLAND_DISPLAY: 'wayland-1', XDG_RUNTIME_DIR: folder })).toBeNull()
    expect(await findDisplay({ WAYLAND_DISPLAY: 'wayland-0' })).toBeNull()
  })
})
