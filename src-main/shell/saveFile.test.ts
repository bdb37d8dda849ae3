import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileFilter, saveFile } from './saveFile'

let folder: string
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'mcnn-save-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('saving a file', () => {
  it('writes the bytes, over an older file too, and leaves nothing else', async () => {
    const file = path.join(folder, 'figure.png')
    writeFileSync(file, 'old and longer')
    await saveFile(file, Buffer.from('iVBORw==', 'base64'))
    expect([...readFileSync(file)]).toEqual([0x89, 0x50, 0x4e, 0x47])
    expect(readdirSync(folder)).toEqual(['figure.png'])
  })

  it('says what is in the way, and keeps what was there', async () => {
    await expect(saveFile(path.join(folder, 'no/such/table.csv'), Buffer.from('a'))).rejects.toMatchObject({ code: 'unavailable', message: 'table.csv could not be saved (ENOENT).' })
    mkdirSync(path.join(folder, 'table.csv'))
    await expect(saveFile(path.join(folder, 'table.csv'), Buffer.from('a'))).rejects.toMatchObject({ code: 'unavailable' })
    expect(readdirSync(folder)).toEqual(['table.csv'])
  })

  it('offers the kind of file that the name says', () => {
    expect(fileFilter('Table I.tex')).toEqual({ name: 'LaTeX', extensions: ['tex'] })
  })
})
