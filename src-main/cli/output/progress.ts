/** Progress on standard error: bars on a terminal, a line from time to time elsewhere. */
import { MultiBar, Presets, type SingleBar } from 'cli-progress'
import { duration, fixed, percent, whole } from '../../analysis/text/numbers'
import { pickedWords, runPickedOn } from '../../analysis/statistics/picked'
import { archName, datasetName, variantName } from '../../analysis/text/names'
import type { EpochMetrics } from '../../contract/runs/metrics'
import type { RunProgress, RunSummary } from '../../contract/runs/runs'
import type { TaskProgress } from '../../contract/publish/publish'
import type { Service } from '../../service/app/service'
import { onInterruption } from '../interruption'
import { log } from './output'

function bars(format: string, barsize: number): MultiBar {
  const options = {
    format,
    barsize,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    autopadding: true,
    gracefulExit: false,
  }
  const multi = new MultiBar(options, Presets.shades_classic)
  // Restores the terminal's cursor and line wrapping, however the program ends.
  process.once('exit', () => {
    if (multi.isActive) multi.stop()
  })
  return multi
}

/** 'ResNet-8 MCNN-F on Synthetic (generated), seed 1' */
export function runName(run: Pick<RunSummary, 'arch' | 'variant' | 'dataset' | 'seed'>): string {
  return `${archName(run.arch)} ${variantName(run.variant)} on ${datasetName(run.dataset)}, seed ${run.seed}`
}

/** 'test accuracy 93.10 % (best 93.40 % at epoch 4, chosen on the test set)' */
export function accuracyWords(
  run: Pick<RunSummary, 'testAccuracy' | 'bestTestAccuracy' | 'bestEpoch' | 'bestValidationAccuracy'>,
): string {
  if (run.testAccuracy === null) return 'no epoch finished'
  return `test accuracy ${percent(run.testAccuracy)} % (best ${percent(run.bestTestAccuracy)} % at epoch ${whole(run.bestEpoch)}, ${pickedWords[runPickedOn(run) ?? 'test'].phrase})`
}

/** Runs that train one after another: a bar for the current one, a line for each that has ended. */
export class TrainingProgress {
  readonly #bars: MultiBar | null
  #bar: SingleBar | null = null
  #name = ''

  constructor(private readonly total: number) {
    this.#bars = process.stderr.isTTY ? bars(' {bar} {percentage} %  {name}  {detail}', 16) : null
  }

  started(run: RunSummary, index: number): void {
    this.#name = this.total === 1 ? runName(run) : `${index + 1}/${this.total} ${runName(run)}`
    // A narrow terminal cuts off the end of the bar: the important words come first.
    const short = `${this.total === 1 ? '' : `${index + 1}/${this.total} `}${archName(run.arch)} ${variantName(run.variant)} s${run.seed}`
    if (this.#bars) this.#bar = this.#bars.create(1, 0, { name: short, detail: 'starting' })
    else log(this.#name)
  }

  progress(progress: RunProgress): void {
    const parts = [
      `epoch ${progress.epoch}/${progress.epochs}`,
      ...(progress.etaSeconds === null ? [] : [`${duration(progress.etaSeconds)} left`]),
      ...(progress.loss === null ? [] : [`loss ${fixed(progress.loss, 3)}`]),
      ...(progress.imagesPerSecond === null ? [] : [`${whole(progress.imagesPerSecond)}/s`]),
    ]
    this.#bar?.setTotal(Math.max(1, progress.steps))
    this.#bar?.update(progress.step, { detail: parts.join(' · ') })
  }

  epoch(metrics: EpochMetrics, epochs: number): void {
    if (this.#bars) return
    log(
      `  epoch ${metrics.epoch}/${epochs}: loss ${fixed(metrics.trainLoss, 3)}, train ${percent(metrics.trainAccuracy)} %, ` +
        `${typeof metrics.validationAccuracy === 'number' ? `validation ${percent(metrics.validationAccuracy)} %, ` : ''}test ${percent(metrics.testAccuracy)} %, ${whole(metrics.imagesPerSecond)} images/s, ${duration(metrics.seconds)}`,
    )
  }

  ended(run: RunSummary): void {
    const words =
      run.state === 'done' ? accuracyWords(run) : `${run.state}${run.reason === null ? '' : `: ${run.reason}`}`
    // The command itself reports a single finished run.
    const isReportedElsewhere = this.total === 1 && run.state === 'done'
    if (this.#bars) {
      if (!isReportedElsewhere) this.#bars.log(`${this.#name}: ${words}\n`)
      // Also flushes logged lines.
      if (this.#bar) this.#bars.remove(this.#bar)
      this.#bar = null
    } else if (!isReportedElsewhere) log(`  ${words}`)
  }

  end(): void {
    this.#bars?.stop()
  }
}

/** Milliseconds between two lines about the same phase. */
const linesMs = 10_000

/** A task with known progress. */
export class ProgressLine {
  readonly #bars = process.stderr.isTTY ? bars(' {bar} {percentage} %  {phase}', 30) : null
  #bar: SingleBar | null = null
  #phase = ''
  #printedAt = -Infinity

  /** @param detail about phases that can take minutes; not on a terminal, it is printed from time to time */
  update(phase: string, done: number, total: number, detail = ''): void {
    const now = performance.now()
    if (this.#bars) {
      this.#bar ??= this.#bars.create(Math.max(1, total), 0, { phase })
      this.#bar.setTotal(Math.max(1, total))
      this.#bar.update(done, { phase: detail || phase })
    } else if (phase !== this.#phase || (detail !== '' && now - this.#printedAt > linesMs)) {
      this.#printedAt = now
      log(detail === '' || phase !== this.#phase ? `${phase} …` : `  ${detail}`)
    }
    this.#phase = phase
  }

  end(): void {
    this.#bars?.stop()
  }
}

/** Shows progress of a task of the service, which Ctrl-C cancels; removes the bar at the end. */
export async function cancelled<T>(
  service: Service,
  kind: TaskProgress['kind'],
  progress: ProgressLine,
  work: () => Promise<T>,
): Promise<T> {
  const release = onInterruption(() => void service.call('publish.cancel', { kind }).catch(() => undefined))
  try {
    return await work()
  } finally {
    release()
    progress.end()
  }
}
