/** The study that is being edited: the form with its errors, its origin, and the draft that outlives the page. */
import {
  compareVariants,
  variants,
  type Arch,
  archs,
  type StudyRequest,
  type Variant,
} from '../../../src-main/contract'
import { presets } from '../../../src-main/analysis/studies/presets'
import { toasts } from '../../lib/actions/toasts.svelte'
import { call, toClientError } from '../../lib/data/client'
import { live } from '../../lib/data/live.svelte'
import { archShort, datasetName, plural, runTitle } from '../../lib/format'
import { href, router } from '../../lib/navigation/router.svelte'
import { toggleItem } from '../../lib/toggleItem'
import { draftFor, dropDraft, keepDraft } from './drafts'
import { archOfDepth, check, emptyForm, fieldOf, formOf, type FormErrors, type FormField, type StudyForm } from './form'
import { likeRuns } from './likeRuns'

export class StudyDraft {
  /** Runs whose configs fill the form. */
  readonly #like: readonly string[]
  readonly #origin: string
  readonly #kept
  readonly form: StudyForm
  /** Describes the source of the form's values. */
  filled = $state<string | null>(null)
  /** The initial form, which Reset restores. */
  #initial = $state.raw<StudyForm>(emptyForm())
  /** Variants added to the named ones while the page is open. */
  #added = $state<Variant[]>([])
  /** A missing name is reported only after the field was left. */
  isNameLeft = $state(false)
  busy = $state(false)
  #isStarted = false
  /** The service's errors for the last attempt, until the form changes. */
  #refused = $state.raw<{ of: string; errors: FormErrors } | null>(null)

  readonly #typed = $derived.by(() => JSON.stringify(this.form))
  readonly checked = $derived.by(() => check(this.form))
  readonly errors: FormErrors = $derived.by(() => ({
    ...(this.#refused?.of === this.#typed ? this.#refused.errors : {}),
    ...this.checked.errors,
  }))
  readonly isDatasetAbsent = $derived.by(
    () => live.datasets?.find(({ id }) => id === this.form.dataset)?.available === false,
  )
  readonly problems = $derived.by(() => Object.keys(this.errors).length + (this.isDatasetAbsent ? 1 : 0))
  readonly isBlocked = $derived.by(() => this.checked.plan === null || this.isDatasetAbsent)
  readonly isEdited = $derived.by(() => this.#typed !== JSON.stringify(this.#initial))
  readonly offeredVariants = $derived.by(() =>
    [...variants, ...this.#added, ...this.form.variants]
      .filter((variant, i, all) => all.indexOf(variant) === i)
      .sort(compareVariants),
  )

  /** Call while a component is set up. */
  constructor(like: readonly string[]) {
    this.#like = like
    this.#origin = like.join(',')
    this.#kept = draftFor(this.#origin)
    const form = $state(this.#kept?.form ?? emptyForm())
    this.form = form
    this.filled = this.#kept?.filled ?? null
    this.#added = this.#kept?.added ?? []
    // The form survives a visit to another page, for example to download a data set.
    $effect(() => {
      const draft = { form: $state.snapshot(this.form), added: $state.snapshot(this.#added), filled: this.filled }
      if (this.isEdited && !this.#isStarted) keepDraft(this.#origin, draft)
      else dropDraft(this.#origin)
    })
  }

  /** Says why the study cannot be started; empty if it can. */
  readonly blockedWords = $derived.by(() => {
    if (!this.isBlocked) return ''
    if (this.problems === 1 && this.errors.name !== undefined) return 'Enter a name'
    if (this.problems === 1 && this.isDatasetAbsent) return `${datasetName(this.form.dataset)} isn’t installed`
    return `${plural(this.problems, 'problem')} to fix`
  })

  errorOf(field: FormField): string | null {
    return field === 'name' && !this.isNameLeft ? null : (this.errors[field] ?? null)
  }

  selectVariant(variant: Variant, on: boolean): void {
    if (!this.offeredVariants.includes(variant)) this.#added = [...this.#added, variant]
    this.form.variants = toggleItem(this.form.variants, this.offeredVariants, variant, on)
  }

  selectArch(arch: Arch, on: boolean): void {
    this.form.archs = toggleItem<Arch>(this.form.archs, archs, arch, on)
  }

  /** Selects the typed depth, if there is a network of it. */
  selectTypedDepth(arch = archOfDepth(this.form.depthText)): void {
    if (arch === null) return
    this.selectArch(arch, true)
    this.form.depthText = ''
  }

  fillFromPlan(plan: StudyRequest): void {
    Object.assign(this.form, formOf(plan))
    this.isNameLeft = true
  }

  applyPreset(id: string): void {
    const chosen = presets.find((one) => one.id === id)
    if (chosen) this.fillFromPlan(chosen.plan)
  }

  /** Fills the form from the runs of its origin; a kept draft of them stays. */
  async fill(): Promise<void> {
    const [first, ...others] = await Promise.all(this.#like.map((id) => call('runs.get', { id })))
    if (!first) return
    const { plan, differing, warmedOtherwise } = likeRuns(
      [first.config, ...others.map(({ config }) => config)],
      first.run.studyName,
    )
    this.#initial = formOf(plan)
    if (!this.#kept) this.fillFromPlan(plan)
    const of = others.length === 0 ? `“${runTitle(first.run)}”` : plural(this.#like.length, 'run')
    this.filled = `Filled in from ${of}; not started yet.${differing.length === 0 ? '' : ` They differ in ${differing.join(', ')}: the first run’s values are used.`}${warmedOtherwise.length === 0 ? '' : ` ${warmedOtherwise.map(archShort).join(', ')} used a different warm-up.`}`
  }

  reset(): void {
    const before = $state.snapshot(this.form)
    const added = this.#added
    Object.assign(this.form, this.#initial)
    this.#added = []
    this.isNameLeft = false
    toasts.undoable({
      message: 'Form reset',
      undo: () => {
        Object.assign(this.form, before)
        this.#added = added
        return Promise.resolve()
      },
    })
  }

  /** Queues the study and opens its page. */
  async start(): Promise<void> {
    this.isNameLeft = true
    const { plan } = this.checked
    if (plan === null || this.isDatasetAbsent || this.busy) return
    this.busy = true
    try {
      const study = await call('studies.create', { plan })
      this.#isStarted = true
      dropDraft(this.#origin)
      router.go(href.study(study.id))
    } catch (thrown) {
      const error = toClientError(thrown)
      if (error.field !== undefined)
        this.#refused = { of: this.#typed, errors: { [fieldOf(error.field)]: error.message } }
      toasts.error(error)
    }
    this.busy = false
  }
}
