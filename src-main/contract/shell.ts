/** Calls and events of the shell: what only the process with the window can do. */
import { z } from 'zod'
import { none, ok } from './call'
import { commandName } from './commands'
import { datasetSummary } from './datasets'
import { runId, studyId } from './ids'
import { modelFormat, modelFormatFacts, modelFormats } from './models/modelFormats'
import { preferences } from './preferences'
import { fileExtensions } from './publish/fileKinds'
import { imported } from './publish/publish'
import { repair } from './system/storage'

/** Of a file that a window saves, in characters as it travels: a figure at 300 dpi has under a million. */
export const maxFileLength = 32_000_000

/** A file name with one of some extensions. */
const fileNameOf = (extensions: readonly string[]): z.ZodString =>
  z
    .string()
    .max(160)
    .regex(
      new RegExp(`^[\\p{L}\\p{N}][\\p{L}\\p{N} ._(),+=-]*\\.(${extensions.join('|')})$`, 'u'),
      'a file name with a known extension, without a folder',
    )

const define = <P extends z.ZodType, R extends z.ZodType>(params: P, result: R): { params: P; result: R } => ({
  params,
  result,
})

/** Whether the service runs. */
const serviceState = z.object({
  state: z.enum(['starting', 'running', 'stopped']),
  detail: z.string().nullable(),
  /** It can't be started before the history is mended. */
  damaged: z.boolean().optional(),
  /** It cannot use its data directory. */
  refused: z.boolean().optional(),
})

/** What only the shell can do. A grant stands for a path that the person chose in a dialog, once. */
export const shellCalls = {
  'shell.info': define(
    none,
    z.object({ program: z.string(), electron: z.string(), chrome: z.string(), platform: z.string() }),
  ),
  'shell.chooseDataset': define(
    z.strictObject({ kind: z.enum(['archive', 'folder']) }),
    z.object({ grant: z.string(), name: z.string() }).nullable(),
  ),
  'shell.importDataset': define(z.strictObject({ grant: z.string().min(1).max(100) }), datasetSummary),
  /** Asks where to write a study's archive and has it written there; the path stays with the shell, here and below. */
  'shell.exportStudy': define(
    z.strictObject({ id: studyId, checkpoints: z.boolean().default(false) }),
    z.object({ saved: z.boolean() }),
  ),
  /**
   * Asks for a folder and has a study's report written into a new one there, which is named; null where none was
   * chosen.
   */
  'shell.reportStudy': define(z.strictObject({ id: studyId }), z.object({ folder: z.string() }).nullable()),
  /** Asks for a study's archive and has it taken in; null where none was chosen. */
  'shell.importStudy': define(z.strictObject({ kind: z.enum(['archive', 'folder']) }), imported.nullable()),
  /** What the program is made of and under which licences, as the build wrote it down. */
  'shell.licences': define(none, z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() }))),
  'shell.serviceState': define(none, serviceState),
  'shell.restartService': define(none, ok),
  /** Stops the service, mends a damaged history and starts the service again. */
  'shell.repairHistory': define(none, repair),
  'shell.openDataDir': define(none, ok),
  /** Asks for another data directory and starts the program again with it; not chosen if the user cancels. */
  'shell.chooseDataDir': define(none, z.object({ chosen: z.boolean() })),
  'shell.quit': define(none, ok),
  /** Shows what this window has had written last, in the system's own list of files. */
  'shell.showWritten': define(none, ok),
  /** Sets what is given of them and gives all. */
  'shell.preferences': define(preferences.partial().strict(), preferences),
  /**
   * Asks where to save a file and writes it there, whole or not at all; the path stays with the shell. The name's
   * ending says what kind of file it is.
   */
  'shell.saveFile': define(
    z.strictObject({
      suggestedName: fileNameOf(fileExtensions),
      content: z.string().max(maxFileLength, 'too large'),
      encoding: z.enum(['utf8', 'base64']),
    }),
    z.object({ saved: z.boolean() }),
  ),
  /** Asks where to write a run's network for other programs, and has the service write it there. */
  'shell.exportModel': define(
    z.strictObject({
      id: runId,
      format: modelFormat,
      suggestedName: fileNameOf(modelFormats.map((format) => modelFormatFacts[format].extension)),
    }),
    z.object({ saved: z.boolean(), name: z.string() }),
  ),
  /** The window has no permission for the clipboard; the shell writes text to it, and never reads it. */
  'shell.copyText': define(z.strictObject({ text: z.string().max(1_000_000) }), ok),
} as const

export type ShellCalls = typeof shellCalls
export type ShellCall = keyof ShellCalls

export const shellEvents = {
  /** From the shell: the service went away or came back. */
  'service.state': serviceState,
  /** From the shell: a menu item was chosen. */
  'shell.command': z.object({ name: commandName }),
  'shell.preferences': preferences,
} as const
