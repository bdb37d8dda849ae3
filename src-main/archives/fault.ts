/** A fault of an archive, in words that follow its name: "ends after 18,976 of 30,730 bytes of data_batch_1.bin". */
export class ArchiveFault extends Error {
  constructor(
    message: string,
    /** What to do about it. */
    readonly fix?: string,
  ) {
    super(message)
    this.name = 'ArchiveFault'
  }
}

export const copyAgain = 'Download or copy the file again.'

export function count(bytes: number): string {
  return bytes.toLocaleString('en-US')
}

/** Escapes a name from an archive for display. */
export function shown(name: string): string {
  return JSON.stringify(name.slice(0, 200))
}
