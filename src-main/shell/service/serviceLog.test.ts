import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ServiceLog } from './serviceLog'

const folder = (): string => mkdtempSync(path.join(tmpdir(), 'mcnn-log-'))

describe('ServiceLog', () => {
  it('appends output and returns the last lines of the current process only', () => {
    const file = path.join(folder(), 'logs', 'service.log')
    const log = new ServiceLog(file)
    log.begin('started')
    expect(log.lastWords()).toBeNull()
    log.add('one\ntw')
    expect(log.lastWords()).toBe('tw')
    log.add('o\n\n')
    expect(log.lastWords()).toBe('two')
    log.begin('started again')
    expect(log.lastWords()).toBeNull()
    expect(readFileSync(file, 'utf8')).toBe('started\none\ntwo\n\nstarted again\n')
  })

  it('rotates a full file and keeps three', () => {
    const file = path.join(folder(), 'service.log')
    const log = new ServiceLog(file)
    for (let i = 0; i < 80; i++) log.add(`${String(i).padStart(100_000, '.')}\n`)
    const files = readdirSync(path.dirname(file)).sort()
    expect(files).toEqual(['service.log', 'service.log.1', 'service.log.2'])
    for (const name of files) expect(statSync(path.join(path.dirname(file), name)).size).toBeLessThan(1.2 * 1024 * 1024)
    expect(readFileSync(file, 'utf8').trimEnd().endsWith('79')).toBe(true)
  })

  it('continues without a file if none can be written', () => {
    const log = new ServiceLog('/dev/null/none/service.log')
    log.add('said\n')
    expect(log.lastWords()).toBe('said')
  })
})
