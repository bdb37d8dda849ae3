/** Saves texts and figures through the shell's dialog. */
import { withDensity } from '../../../src-main/analysis/figures/pngDensity'
import type { FileExtension } from '../../../src-main/contract'
import { attempt } from './action'
import { call } from '../data/client'
import { toasts } from './toasts.svelte'

/** For print: dots per inch of a PNG, and CSS pixels per inch of the SVG that it is drawn from. */
const printDpi = 300
const cssDpi = 96

/** Returns a file name that is valid on every file system: 'Table I reproduced – Table I' */
export function fileName(name: string, extension: string): string {
  const plain = name
    .replace(/[^\p{L}\p{N} ._(),+=-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^[^\p{L}\p{N}]+/u, '')
  return `${plain.slice(0, 120) || 'file'}.${extension}`
}

async function save(suggestedName: string, content: string, encoding: 'utf8' | 'base64'): Promise<void> {
  const outcome = await attempt(() => call('shell.saveFile', { suggestedName, content, encoding }))
  if (outcome?.saved === true) toasts.written(`${suggestedName} saved`)
}

export function saveText(name: string, extension: Exclude<FileExtension, 'png'>, text: string): Promise<void> {
  return save(fileName(name, extension), text, 'utf8')
}

/** @param svg with its size in inches, 96 px each */
export async function savePng(name: string, svg: string): Promise<void> {
  const png = await attempt(() => pngOf(svg))
  if (png !== null) await save(fileName(name, 'png'), base64(withDensity(png, printDpi)), 'base64')
}

async function pngOf(svg: string): Promise<Uint8Array> {
  const picture = new Image()
  // The content security policy allows images from data: addresses only.
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await picture.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Math.round((picture.naturalWidth / cssDpi) * printDpi)
  canvas.height = Math.round((picture.naturalHeight / cssDpi) * printDpi)
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (blob === null) throw new Error('The figure could not be drawn as PNG.')
  return new Uint8Array(await blob.arrayBuffer())
}

function base64(bytes: Uint8Array): string {
  let binary = ''
  // In chunks: a function call has a limited number of arguments.
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(binary)
}
