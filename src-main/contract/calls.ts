/**
 * Every call that a window, the command line or a script can make of the service, with the schemas of its
 * parameters and result. Renderer, shell, service and command line import this one map.
 */
import { z } from 'zod'
import { read, withPath, write } from './call'
import { stopCause } from './endReasons'
import {
  addedCell,
  arch,
  datasetId,
  mostRuns,
  seed,
  studyRequest,
  trainingConfig,
  trainingRequest,
  variant,
} from './experiment'
import { events } from './events'
import { fileExtensions } from './fileKinds'
import { modelFormat, modelFormatFacts, modelFormats } from './modelFormats'
import { preferences } from './preferences'
import { imported, publishCalls } from './publish'
import * as r from './records'
import { found, searchText } from './search'
import { runIds, runListCalls } from './runLists'

const none = z.strictObject({})
const ok = z.object({ ok: z.literal(true) })
const ofRun = z.strictObject({ id: r.runId })
const ofStudy = z.strictObject({ id: r.studyId })

const atEpoch = z.strictObject({
  id: r.runId,
  layer: z.string().max(100),
  /** Null is the newest; epoch 0 is before training. */
  epoch: z.int().min(0).nullable().default(null),
})

/** 32 × 32 × 3 bytes, rows of RGB, as base64. */
const picture = z.base64().length(4096)

export const serviceCalls = {
  'system.info': read(none, r.systemInfo),
  'system.doctor': read(none, r.doctor),
  /** What runs are trained on; TensorFlow is loaded for it once. */
  'system.device': read(none, r.device),
  /** Whether anything can be changed from here. */
  'system.condition': read(none, r.condition),
  /** Reports that a person uses the window: trainers give way to it for the next 3 s. */
  'system.reportUse': read(none, ok),
  /** Copies the history into the data directory's `backups`. */
  'system.backup': read(none, z.object({ file: z.string(), bytes: z.number() })),
  /** The copies there, the newest first. */
  'system.backups': read(none, z.array(r.backup)),
  /** What the run that was started last was trained on; null where there is none, or its trainer has not told yet. */
  'system.trainedOn': read(none, r.environment.nullable()),
  /** What lies in the data directory, and what of it nothing needs any more. */
  'system.storage': read(none, r.storage),
  /** Deletes what nothing needs any more. */
  'system.reclaim': write(none, z.object({ bytes: z.number() })),
  /** The last lines that the service wrote, oldest first. */
  'system.log': read(none, z.object({ lines: z.array(z.string()) })),

  'models.list': read(z.strictObject({ classes: z.int().min(2).max(1000).default(10) }), z.array(r.modelSummary)),
  'models.get': read(z.strictObject({ arch, variant, classes: z.int().min(2).max(1000).default(10) }), r.modelSummary),

  'datasets.list': read(none, z.array(r.datasetSummary)),
  /** From a window the path comes only through a file dialog's grant (see shellCalls). */
  'datasets.import': withPath(write(z.strictObject({ path: z.string().min(1).max(4096) }), r.datasetSummary)),
  /** Of an import or a download, whichever is under way. */
  'datasets.cancelImport': write(none, ok),
  /** Where data sets can be downloaded from, and how much that is. */
  'datasets.sources': read(none, z.array(r.datasetSource)),
  /** Fetches the official archive and imports it. What came of it before is not fetched again. */
  'datasets.download': write(z.strictObject({ id: datasetId }), r.datasetSummary),
  /** Deletes what came of a download that was not finished. */
  'datasets.discardDownload': write(z.strictObject({ id: datasetId }), ok),
  'datasets.verify': write(z.strictObject({ id: datasetId }), r.datasetSummary),
  /** Takes it away; until the service ends, or `datasets.purge`, it can be put back. */
  'datasets.remove': write(z.strictObject({ id: datasetId }), ok),
  'datasets.restore': write(z.strictObject({ id: datasetId }), ok),
  /** Deletes the files of what was taken away; where nothing was, nothing happens. */
  'datasets.purge': write(z.strictObject({ id: datasetId }), ok),
  /** Pixels as base64 of 32 × 32 × 3 bytes, rows of RGB. */
  'datasets.samples': read(
    z.strictObject({ id: datasetId, perClass: z.int().min(1).max(20).default(8) }),
    z.object({ samples: z.array(z.object({ label: z.int(), pixels: z.string() })) }),
  ),
  /** Of the training pictures; every one is looked at. */
  'datasets.statistics': read(z.strictObject({ id: datasetId }), r.datasetStatistics),
  /** The first training picture of a class, and what augmentation makes of it; pixels as in `datasets.samples`. */
  'datasets.augmented': read(
    z.strictObject({
      id: datasetId,
      label: z.int().min(0).max(999),
      seed: seed.default(1),
      draws: z.int().min(1).max(30).default(9),
    }),
    z.object({ original: z.string(), pictures: z.array(z.string()) }),
  ),

  'studies.list': read(none, z.array(r.studySummary)),
  /** With its runs in the order they were made: all of them, or a part for who can't take in thousands at once. */
  'studies.get': read(
    z.strictObject({
      ...ofStudy.shape,
      offset: z.int().min(0).optional(),
      limit: z.int().min(1).max(mostRuns).optional(),
    }),
    z.object({ study: r.studySummary, runs: z.array(r.runSummary) }),
  ),
  'studies.create': write(
    z.strictObject({ plan: studyRequest }),
    z.object({ id: r.studyId, runIds: z.array(r.runId) }),
  ),
  'studies.estimate': read(z.strictObject({ plan: studyRequest }), r.estimate),
  'studies.compare': read(ofStudy, r.comparison),
  /**
   * What more seeds for a study would be: so many, or as many as bring the 95 % intervals of all chosen differences
   * under ± `until` points.
   */
  'studies.moreSeeds': read(
    z.strictObject({
      ...ofStudy.shape,
      /** Null: all of the plan. For `until` the baseline is always among them. */
      archs: z.array(arch).min(1).max(100).nullable().default(null),
      variants: z.array(variant).min(1).max(100).nullable().default(null),
      want: z.union([
        z.strictObject({ seeds: z.int('a whole number').min(1, 'at least 1').max(mostRuns, `at most ${mostRuns}`) }),
        z.strictObject({
          until: z.number('a number').positive('above 0').max(100, 'at most 100'),
          paired: z.boolean().default(false),
        }),
      ]),
    }),
    r.moreSeeds,
  ),
  /**
   * Puts seeds into a study's plan and queues them; `cells` as `studies.moreSeeds` tells, `halfWidth` what they were
   * asked for by.
   */
  'studies.extend': write(
    z.strictObject({
      ...ofStudy.shape,
      cells: z.array(addedCell).min(1).max(1000),
      halfWidth: z.number().positive().max(100).nullable().default(null),
    }),
    z.object({ runIds: z.array(r.runId) }),
  ),
  /**
   * Adds one run to a study with a plan, if it is trained as the others are; a new network or variant joins the plan.
   */
  'studies.join': write(
    z.strictObject({ ...ofStudy.shape, arch, variant, seed, training: trainingRequest }),
    z.object({ runId: r.runId }),
  ),
  /** Takes added runs that have not begun out of a study and its plan again. */
  'studies.withdraw': write(
    z.strictObject({ ...ofStudy.shape, runIds: z.array(r.runId).min(1).max(mostRuns) }),
    z.object({ removed: z.int() }),
  ),
  /** Of each study that has a baseline and a variant with results, the first such difference of its comparison. */
  'studies.findings': read(none, z.array(r.finding)),
  /**
   * Curves of a study's runs on one data set with one network, as columns. Of many runs not every epoch is told: the
   * first, each
   * `every`th and the last planned, the same of all runs, so that means over runs are exact where they are drawn.
   */
  'studies.curves': read(
    z.strictObject({ id: r.studyId, dataset: datasetId, arch }),
    z.object({
      every: z.int().min(1),
      runs: z.array(
        z.object({
          runId: r.runId,
          epoch: z.array(z.int()),
          testAccuracy: z.array(z.number()),
          trainLoss: z.array(z.number()),
          /** Seconds of training up to that epoch, evaluation included. */ elapsed: z.array(z.number()),
        }),
      ),
    }),
  ),
  'studies.pause': write(ofStudy, ok),
  'studies.resume': write(ofStudy, ok),
  /** Stops what trains and takes the rest of the queue back. */
  'studies.stop': write(z.strictObject({ ...ofStudy.shape, cause: stopCause.default('window') }), ok),
  /**
   * Takes a study with its runs out of every list, count and search, until it is restored or purged. What waits is
   * taken back from the queue.
   */
  'studies.trash': write(ofStudy, ok),
  /** Brings a study back as it was; runs that were in the trash before it stay there. */
  'studies.restore': write(ofStudy, ok),
  /** Deletes a study that is in the trash with its runs, their weights and logs. */
  'studies.purge': write(ofStudy, ok),
  /** What is in the trash, what came last first. */
  'studies.trashed': read(none, z.array(r.trashedStudy)),

  /**
   * Moves runs that wait: before all others, behind them, by one place, or before another one. Told is who stood right
   * behind each: moved before those again, the last one first, they are where they were.
   */
  'queue.move': write(
    z.strictObject({
      ids: z.array(r.runId).min(1).max(500),
      place: z.union([z.enum(['first', 'last', 'up', 'down']), z.strictObject({ before: r.runId })]),
    }),
    z.object({ was: z.array(z.object({ id: r.runId, before: r.runId.nullable() })) }),
  ),

  'runs.list': read(none, z.array(r.runSummary)),
  /** Queued, running and paused, in the order of the queue. */
  'runs.unfinished': read(none, z.array(r.runSummary)),
  'runs.get': read(ofRun, r.runDetail),
  /** What came to a run after an epoch, a step and a number of events that the asker has already. */
  'runs.news': read(
    z.strictObject({ id: r.runId, epoch: z.int().min(0), step: z.int().min(0), events: z.int().min(0) }),
    r.runDetail.pick({
      run: true,
      environment: true,
      datasetFingerprint: true,
      weightsFile: true,
      trashed: true,
      checkpoint: true,
      epochs: true,
      steps: true,
      events: true,
    }),
  ),
  /** Null before the first epoch is finished. */
  'runs.evaluation': read(ofRun, r.evaluation.nullable()),
  /** The pictures of the newest evaluation's mistakes, in its order: pixels as in `datasets.samples`. */
  'runs.mistakes': read(ofRun, z.object({ epoch: z.int(), pictures: z.array(z.string()) })),
  /** The last lines that the trainer wrote, oldest first. */
  'runs.log': read(ofRun, z.object({ lines: z.array(z.string()) })),
  'runs.pause': write(ofRun, ok),
  /**
   * Resumes paused and held runs, and queues runs that were stopped, interrupted or failed again: each from its newest
   * checkpoint, else from its seed. Runs with nothing to resume are passed over; a conflict if that is all of them.
   */
  'runs.resume': write(z.strictObject({ ids: runIds }), z.object({ resumed: z.int() })),
  'runs.stop': write(ofRun, ok),
  /** What a program's end cut short: runs that trained, runs that waited, and when the newest of the former ended. */
  'runs.cutShort': read(
    z.strictObject({}),
    z.object({ interrupted: z.int().min(0), held: z.int().min(0), newest: z.string().nullable() }),
  ),
  /** All of it goes on, in the order of the queue. */
  'runs.resumeCutShort': write(z.strictObject({}), z.object({ resumed: z.int().min(0) })),
  /** Keeps where the run that trains stands, before the machine sleeps. */
  'runs.checkpoint': write(z.strictObject({}), ok),
  /** A finished run for more epochs, as a new run that goes on where it ended; `epochs` in all. */
  'runs.extend': write(z.strictObject({ id: r.runId, epochs: trainingConfig.shape.epochs }), z.object({ id: r.runId })),
  /** Queues the same configs and seeds again, as new runs of the same studies, in that order. */
  'runs.rerun': write(z.strictObject({ ids: runIds }), z.object({ ids: z.array(r.runId) })),
  'runs.delete': write(ofRun, ok),
  /**
   * Writes the network with the weights at the run's end for other programs. From a window the path comes from a dialog
   * only (see shellCalls).
   */
  'runs.export': withPath(
    read(
      z.strictObject({
        id: r.runId,
        format: modelFormat,
        path: z.string().min(1).max(4096),
        /** Replaces what is there. */ force: z.boolean().default(false),
      }),
      r.exportedModel,
    ),
  ),
  /** What the network with the weights at the run's end makes of a picture. */
  'runs.classify': read(
    z.strictObject({ id: r.runId, picture, top: z.int().min(1).max(100).default(5) }),
    r.classification,
  ),
  ...runListCalls,

  /**
   * Studies and runs in which every word of the text occurs, in their names, networks, data, seeds and states; best
   * first.
   */
  'search.find': read(z.strictObject({ text: searchText, limit: z.int().min(1).max(50).default(8) }), z.array(found)),

  /**
   * Runs of which filters are kept and in which every word of the text occurs, the newest first, and how many there are
   * in all.
   */
  'filters.runs': read(
    z.strictObject({ text: searchText, limit: z.int().min(1).max(100).default(40) }),
    z.object({ found: z.array(r.runSummary), total: z.int() }),
  ),
  /**
   * What is shown where nothing was chosen: the run (the newest that says something, for null), and the baseline that
   * belongs beside it.
   */
  'filters.suggested': read(
    z.strictObject({ id: r.runId.nullable() }),
    z.object({ run: r.runSummary.nullable(), beside: r.runSummary.nullable() }),
  ),
  'filters.layers': read(ofRun, z.array(r.filterLayer)),
  /** How complementary the filters of each convolution were, epoch by epoch as far as that was kept. */
  'filters.figures': read(ofRun, z.array(r.epochFigures)),
  'filters.bank': read(
    z.strictObject({
      id: r.runId,
      layer: z.string().max(100).default('stem'),
      filter: z.int().min(0).default(0),
      /** Null is the newest; epoch 0 is before training. */
      epoch: z.int().min(0).nullable().default(null),
      size: z.int().min(8).max(256).default(64),
    }),
    r.filterBank,
  ),
  /** All stored filters of a layer at once. */
  'filters.layer': read(atEpoch, r.layerFilterValues),
  /**
   * How much of the frequency plane filters cover after each epoch (see analysis/spectrum.ts), for a multi-band layer
   * with all their bands.
   */
  'filters.coverage': read(
    z.strictObject({
      id: r.runId,
      layer: z.string().max(100),
      filters: z.array(z.int().min(0)).min(1).max(16),
      /** Input channels, taken together as the root of the mean square. */
      channels: z.array(z.int().min(0)).min(1).max(3),
      /** Band edge in decibels under each filter's peak. */
      edge: z.union([z.literal(3), z.literal(6)]),
    }),
    z.object({ epochs: z.array(z.int()), covered: z.array(z.number().min(0).max(1)) }),
  ),
  /**
   * The greatest weight and the greatest |H| of a layer over all its epochs and filters, for scales that hold for the
   * whole run.
   */
  'filters.scale': read(
    z.strictObject({ id: r.runId, layer: z.string().max(100), channels: z.array(z.int().min(0)).min(1).max(3) }),
    z.object({ weight: z.number(), magnitude: z.number() }),
  ),
  /**
   * What comes into a layer when a run's network looks at a picture: for the first layer the picture as the run's data
   * are normalised, for others what the layers before make of it with the weights at the run's end.
   */
  'filters.input': read(z.strictObject({ id: r.runId, layer: z.string().max(100), picture }), r.layerInput),

  ...publishCalls,
} as const

export type ServiceCalls = typeof serviceCalls
export type ServiceCall = keyof ServiceCalls
export type ServiceParams<C extends ServiceCall> = z.input<ServiceCalls[C]['params']>
export type ServiceParsed<C extends ServiceCall> = z.output<ServiceCalls[C]['params']>
export type ServiceResult<C extends ServiceCall> = z.output<ServiceCalls[C]['result']>

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
  'shell.importDataset': define(z.strictObject({ grant: z.string().min(1).max(100) }), r.datasetSummary),
  /** Asks where to write a study's archive and has it written there; the path stays with the shell, here and below. */
  'shell.exportStudy': define(
    z.strictObject({ id: r.studyId, checkpoints: z.boolean().default(false) }),
    z.object({ saved: z.boolean() }),
  ),
  /**
   * Asks for a folder and has a study's report written into a new one there, which is named; null where none was
   * chosen.
   */
  'shell.reportStudy': define(z.strictObject({ id: r.studyId }), z.object({ folder: z.string() }).nullable()),
  /** Asks for a study's archive and has it taken in; null where none was chosen. */
  'shell.importStudy': define(z.strictObject({ kind: z.enum(['archive', 'folder']) }), imported.nullable()),
  /** What the program is made of and under which licences, as the build wrote it down. */
  'shell.licences': define(none, z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() }))),
  'shell.serviceState': define(none, events['service.state']),
  'shell.restartService': define(none, ok),
  /** Stops the service, mends a damaged history and starts the service again. */
  'shell.repairHistory': define(none, r.repair),
  'shell.openDataDir': define(none, ok),
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
      id: r.runId,
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

type CallWithPath = { [C in ServiceCall]: ServiceCalls[C] extends { path: 'dialog' } ? C : never }[ServiceCall]
export type RendererServiceCall = Exclude<ServiceCall, CallWithPath>

const isForRenderer = (name: ServiceCall): name is RendererServiceCall => !('path' in serviceCalls[name])

/** Service calls that a window may make. */
export const rendererServiceCalls = (Object.keys(serviceCalls) as ServiceCall[]).filter(isForRenderer)

type AllCalls = Omit<ServiceCalls, CallWithPath> & ShellCalls
export type RendererCall = keyof AllCalls
export type RendererParams<C extends RendererCall> = z.input<AllCalls[C]['params']>
export type RendererResult<C extends RendererCall> = z.output<AllCalls[C]['result']>
