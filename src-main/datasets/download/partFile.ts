/** A partial download: the received bytes, and a note that identifies their source. */
import { mkdir, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { flushPath } from '../../files/durable'

const noteSchema = z.object({
  url: z.string(),
  bytes: z.int(),
  /** See `FileAnswer`. Value of a header: no line breaks. */
  validator: z
    .string()
    .max(500)
    .regex(/^[\x20-\x7e\x80-\xff]+$/),
})

/** Folder of downloads in the folder of data sets. */
const folderName = '.downloads'

export class PartFile {
  /** The complete archive. Its checksum was right when it was written; only reading it again verifies that. */
  readonly whole: string
  private readonly part: string
  private readonly note: string

  constructor(
    private readonly datasetsDir: string,
    name: string,
    private readonly source: { url: string; bytes: number },
  ) {
    this.whole = join(datasetsDir, folderName, name)
    this.part = `${this.whole}.part`
    this.note = `${this.whole}.json`
  }

  async makeFolder(): Promise<void> {
    await mkdir(join(this.datasetsDir, folderName), { recursive: true })
  }

  private async hasWhole(): Promise<boolean> {
    return (await sizeOf(this.whole)) === this.source.bytes
  }

  /** Returns whether all bytes were received, verified or not. */
  async isComplete(): Promise<boolean> {
    return (await this.kept()) === this.source.bytes
  }

  /** Returns how many received bytes can be used. */
  async kept(): Promise<number> {
    return (await this.hasWhole()) ? this.source.bytes : ((await this.state())?.size ?? 0)
  }

  /** Returns what the download can resume from; null if it must start again. */
  async state(): Promise<{ size: number; validator: string } | null> {
    const size = await sizeOf(this.part)
    if (size <= 0 || size > this.source.bytes) return null
    const text = await readFile(this.note, 'utf8').catch(() => '')
    const note = noteSchema.safeParse(parsed(text))
    if (!note.success || note.data.url !== this.source.url || note.data.bytes !== this.source.bytes) return null
    return { size, validator: note.data.validator }
  }

  /**
   * Opens the file to resume at `from` and deletes later bytes. Writes the note first: bytes without a note are
   * discarded.
   */
  async open(from: number, validator: string | null): Promise<FileHandle> {
    if (from === 0) {
      await rm(this.note, { force: true })
      const handle = await open(this.part, 'w')
      if (validator !== null) await this.write({ ...this.source, validator })
      return handle
    }
    const handle = await open(this.part, 'r+')
    await handle.truncate(from)
    return handle
  }

  private async write(note: z.infer<typeof noteSchema>): Promise<void> {
    const { url, bytes, validator } = note
    if (!noteSchema.safeParse(note).success) return
    await writeFile(`${this.note}.new`, `${JSON.stringify({ url, bytes, validator })}\n`, { flush: true })
    await rename(`${this.note}.new`, this.note)
  }

  /** Returns the path of the complete file, to be verified before `finish`. */
  async path(): Promise<string> {
    return (await this.hasWhole()) ? this.whole : this.part
  }

  async finish(): Promise<void> {
    if (!(await this.hasWhole())) await rename(this.part, this.whole)
    await rm(this.note, { force: true })
    await flushPath(join(this.datasetsDir, folderName))
  }

  async discard(): Promise<void> {
    for (const file of [this.part, this.note, `${this.note}.new`, this.whole]) await rm(file, { force: true })
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (info) => (info.isFile() ? info.size : -1),
    () => -1,
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
