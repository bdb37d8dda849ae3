/** Git commands and their environment: with a real git, and with a stand-in that prints its environment. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { gitState } from './git'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcnn-git-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const script = (file: string, text: string): void => {
  writeFileSync(file, `#!/bin/sh\n${text}\n`)
  chmodSync(file, 0o755)
}

describe('gitState', () => {
  it('passes no environment variables to git that could redirect it or contain secrets', async () => {
    const bin = path.join(folder, 'bin')
    mkdirSync(bin)
    script(path.join(bin, 'git'), `env > '${folder}/env.txt'\nprintf '%s' '${folder}'`)
    vi.stubEnv('PATH', `${bin}:${process.env['PATH'] ?? ''}`)
    for (const name of ['GIT_DIR', 'GIT_CONFIG_COUNT', 'GIT_SSH_COMMAND', 'LD_PRELOAD', 'SECRET_TOKEN'])
      vi.stubEnv(name, '')
    expect(await gitState(folder)()).toEqual({ commit: folder, dirty: true })
    const names = readFileSync(path.join(folder, 'env.txt'), 'utf8')
      .split('\n')
      .map((line) => line.split('=')[0])
    expect(names).toContain('PATH')
    // The shell that stands in for git sets the others itself.
    expect(
      names.filter(
        (name) =>
          name !== '' &&
          !['PATH', 'HOME', 'XDG_CONFIG_HOME', 'TMPDIR', 'LD_LIBRARY_PATH', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(
            name ?? '',
          ),
      ),
    ).toEqual([])
  })

  it('starts no program that the config of a checkout names', async () => {
    const git = (...args: string[]): string => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' })
    git('init', '--quiet')
    writeFileSync(path.join(folder, 'a.txt'), 'a')
    git('add', 'a.txt')
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '-m', 'a')
    const hook = path.join(folder, '.git', 'monitor.sh')
    script(hook, `touch '${folder}/started.txt'`)
    git('config', 'core.fsmonitor', hook)
    git('status')
    expect(existsSync(path.join(folder, 'started.txt')), 'a plain git does start it').toBe(true)
    rmSync(path.join(folder, 'started.txt'))
    expect(await gitState(folder)()).toEqual({ commit: git('rev-parse', 'HEAD').trim(), dirty: false })
    expect(existsSync(path.join(folder, 'started.txt'))).toBe(false)
  })
})
