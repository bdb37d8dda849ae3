/** The flag `--out`: writes a file or folder where the user asked for it. */
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Command } from 'commander'
import { writeOutput } from '../../files/outputFile'
import { dataDirOf } from '../client'
import { usageError } from './failures'
import { interruption } from '../interruption'
import { typedPath } from '../options'
import { log, writeBytes, writeOut } from './output'
import type { Globals } from '../globals'

export interface OutFlags {
  out: string
  force?: true
}

interface Written<T> {
  made: T
  name: string
  print: (text: string) => void
}

const force = ['--force', 'replace what --out names if it exists'] as const

/** Adds `--out` and `--force` to a command. `-` is standard output. */
export function addOut(
  command: Command,
  placeholder: '<file>' | '<dir>' | '<path>',
  description: string,
  required: boolean,
): Command {
  const words = placeholder === '<dir>' ? description : `${description}; - is standard output`
  return (
    required
      ? command.requiredOption(`--out ${placeholder}`, words, typedPath)
      : command.option(`--out ${placeholder}`, words, typedPath)
  ).option(...force)
}

/**
 * Writes a text and returns a name for its destination. Throws as `writeOutput`, and `bad-input` for conflicting flags.
 */
export async function writeTextOut(command: Command, { out, force }: OutFlags, text: string): Promise<string> {
  if (toStandardOutput(command, out)) {
    await writeBytes([Buffer.from(text)])
    return 'standard output'
  }
  const file = outFile(out)
  const { isReserved } = await import('../../service/storage/dataDir')
  const dataDir = await dataDirOf(command)
  await writeOutput(file, text, {
    overwrite: force === true,
    isReserved: (path) => isReserved(dataDir, path),
    signal: interruption,
  })
  return file
}

/** Extensions of formats that the program does not write, by the format that it writes instead. */
const otherFormats = {
  svg: ['png', 'jpg', 'jpeg', 'gif', 'webp', 'tif', 'tiff', 'bmp', 'pdf', 'eps', 'ps'],
  'tar.gz': ['zip', '7z', 'rar', 'tar', 'xz', 'txz', 'bz2', 'zst', 'h5', 'pt', 'pth', 'pb', 'keras'],
}

/** Throws a WorkbenchError `bad-input` if the file's extension belongs to another format. */
export function mustNotPromiseOther(out: string, written: keyof typeof otherFormats): void {
  const extension = path.extname(out).slice(1).toLowerCase()
  if (otherFormats[written].includes(extension))
    throw usageError(
      `--out ${out}: this command writes .${written}, not .${extension}.`,
      `Use the extension .${written}.`,
    )
}

/**
 * Lets `make` write a file at the path of --out, or at a temporary path for standard output. Returns the result of
 * `make`, a name for the file, and a function that prints text about it (not to standard output if that carries the
 * file).
 */
export async function writeFileOut<T>(
  command: Command,
  { out, force }: OutFlags,
  make: (path: string, overwrite: boolean) => Promise<T>,
): Promise<Written<T>> {
  if (!toStandardOutput(command, out)) {
    const file = outFile(out)
    return { made: await make(file, force === true), name: file, print: writeOut }
  }
  if (process.stdout.isTTY)
    throw usageError(
      '--out -: a terminal cannot show this file.',
      'Redirect it to a file or a program, as in `--out - > FILE`.',
    )
  const folder = await mkdtemp(path.join(tmpdir(), 'mcnn-out-'))
  try {
    const file = path.join(folder, 'output')
    const made = await make(file, false)
    const isWritten = await writeBytes(createReadStream(file) as AsyncIterable<Uint8Array>)
    return { made, name: 'standard output', print: (text) => isWritten && log(text.trimEnd()) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Returns the absolute path of a folder. Throws a WorkbenchError `bad-input` for standard output. */
export function outFolder(out: string, what: string): string {
  if (isStandardOutput(out))
    throw usageError(`--out ${out}: a ${what} is a folder and cannot be written to standard output.`, 'Name a folder.')
  return path.resolve(out)
}

/** @param kept the new names of files that the user had changed */
export function reportKeptFiles(kept: readonly string[]): void {
  if (kept.length > 0) log(`Kept the files that you had changed as ${kept.join(', ')}.`)
}

function outFile(out: string): string {
  if (/(^|[/\\])\.{0,2}$/.test(out)) throw usageError(`--out ${out} is the name of a folder.`, 'Name a file in it.')
  return path.resolve(out)
}

function toStandardOutput(command: Command, out: string): boolean {
  if (!isStandardOutput(out)) return false
  if (command.optsWithGlobals<Globals>().json)
    throw usageError(
      `--json and --out ${out} cannot be combined: both write to standard output.`,
      'Name a file, or leave out --json.',
    )
  return true
}

/** Standard output may be a socket, which cannot be opened by its name: compare the names that the system gives it. */
function isStandardOutput(out: string): boolean {
  return out === '-' || /^\/(dev\/(stdout|fd\/1)|proc\/self\/fd\/1)$/.test(out)
}
