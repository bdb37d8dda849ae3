/** The actions of the contract's commands, called by the menu, keys, the palette and buttons. */
import { commands, type CommandName, type RunSummary } from '../../../src-main/contract'
import { imports } from '../../pages/data-sets/imports.svelte'
import { attempt } from './action'
import { call, on } from '../data/client'
import { copyText } from './clipboard'
import { runTitle } from '../format'
import { commandOf } from './keys'
import { live } from '../data/live.svelte'
import { mac } from '../display/platform'
import { choices } from '../preferences.svelte'
import { href, router } from '../navigation/router.svelte'
import { toasts } from './toasts.svelte'
import { canVerify } from './verifiable'
import { verifying } from './verifying.svelte'
import { backgroundTasks } from '../data/backgroundTasks.svelte'

/** The overlay above the page. */
class Overlay {
  shown = $state<'palette' | 'shortcuts' | 'queue' | null>(null)
}
export const overlay = new Overlay()

/** Returns the run that commands apply to: the displayed run, else the current one. */
function currentRun(): RunSummary | null {
  return live.looked ?? live.training.find((run) => run.state === 'running') ?? live.training[0] ?? null
}

/** The last request to pause or resume a run, until its state has changed. */
let requested: { id: string; from: 'running' | 'paused'; to: 'running' | 'paused' } | null = null

/** A second key before the trainer has answered reverses the first request. */
async function pauseOrResume(): Promise<void> {
  const run = currentRun()
  if (run?.state === 'running' || run?.state === 'paused') {
    const from = run.state
    const expected = requested?.id === run.id && requested.from === from ? requested.to : from
    const request = { id: run.id, from, to: expected === 'running' ? ('paused' as const) : ('running' as const) }
    requested = request
    const done = await (request.to === 'paused'
      ? attempt(() => call('runs.pause', { id: run.id }))
      : attempt(() => call('runs.resume', { ids: [run.id] })))
    if (!done && requested === request) requested = null
  } else
    toasts.info(run ? `${runTitle(run)} is ${run.state}: there is nothing to pause or resume.` : 'Nothing is running.')
}

async function stop(): Promise<void> {
  const run = currentRun()
  const going = run && (run.state === 'running' || run.state === 'paused')
  if (!going) toasts.info(run ? `${runTitle(run)} is ${run.state}: there is nothing to stop.` : 'Nothing is running.')
  else if (await attempt(() => call('runs.stop', { id: run.id })))
    toasts.info(`Stopping ${runTitle(run)}; its metrics are kept.`)
}

/** Verifies the displayed run. */
function verify(): void {
  const run = live.looked
  if (!run) toasts.info('Open the run you want to verify first.')
  else if (!canVerify(run))
    toasts.info(`${runTitle(run)} is ${run.state}: only an ended run with recorded metrics can be verified.`)
  else verifying.shown = run
}

function showTraining(): void {
  const run = live.training[0]
  if (run) router.go(href.run(run.id))
  else toasts.info('Nothing is running.')
}

async function copyLink(): Promise<void> {
  const link = router.hash === '' ? href.studies() : router.hash
  if (await copyText(link)) toasts.info(`Link copied. Paste it into ${mac ? '⌘' : 'Ctrl'} K to open this view.`)
}

/** Undoes typing in a field; elsewhere the last deletion. */
function undo(): void {
  // The menu's Undo sends no key event to the field, and only execCommand can undo typing.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  if (isTyping(document.activeElement)) document.execCommand('undo')
  else if (!toasts.undoLast()) toasts.info('There is nothing to undo.')
}

function startImport(kind: 'archive' | 'folder'): void {
  router.go(href.data())
  void imports.start(kind)
}

/** Exports the displayed study. */
function exportStudy(): void {
  const { route } = router
  if (route.page === 'study') void backgroundTasks.exportStudy(route.id)
  else toasts.info('Open the study you want to export first.')
}

const actions: Record<CommandName, () => void> = {
  'file.new-study': () => router.go(href.newStudy()),
  'file.import-archive': () => startImport('archive'),
  'file.import-folder': () => startImport('folder'),
  'file.import-study': () => void backgroundTasks.importStudy(),
  'file.export-study': exportStudy,
  'file.open-data': () => void attempt(() => call('shell.openDataDir', {})),
  'edit.undo': undo,
  'edit.copy-link': () => void copyLink(),
  'view.palette': () => (overlay.shown = overlay.shown === 'palette' ? null : 'palette'),
  'view.navigation': () => choices.toggleSlim(),
  'view.theme-system': () => void choices.set({ theme: 'system' }),
  'view.theme-light': () => void choices.set({ theme: 'light' }),
  'view.theme-dark': () => void choices.set({ theme: 'dark' }),
  'view.zoom-reset': () => void choices.set({ zoom: 1 }),
  'view.zoom-in': () => choices.zoom(1),
  'view.zoom-out': () => choices.zoom(-1),
  'run.pause': () => void pauseOrResume(),
  'run.stop': () => void stop(),
  'run.verify': verify,
  'run.show': showTraining,
  'run.queue': () => (overlay.shown = 'queue'),
  'go.back': () => window.history.back(),
  'go.forward': () => window.history.forward(),
  'go.studies': () => router.go(href.studies()),
  'go.runs': () => router.go(href.runs()),
  'go.banks': () => router.go(href.banks()),
  'go.data': () => router.go(href.data()),
  'go.system': () => router.go(href.system()),
  'help.method': () => router.go(href.method()),
  'help.glossary': () => router.go(href.glossary()),
  'help.shortcuts': () => (overlay.shown = overlay.shown === 'shortcuts' ? null : 'shortcuts'),
  'help.doctor': () => router.go(href.system()),
}

/** Runs a command. Commands that leave the page close the overlay. */
export function runCommand(name: CommandName): void {
  if (name !== 'view.palette' && name !== 'help.shortcuts' && commands[name].menu !== 'View') overlay.shown = null
  actions[name]()
}

/** Subscribes to the menu, keys and the mouse's back and forward buttons. Call once, when the window starts. */
export function startCommands(): void {
  on('shell.command', ({ name }) => runCommand(name))
  on('run.changed', ({ id, state }) => {
    if (requested?.id === id && requested.from !== state) requested = null
  })
  window.addEventListener('keydown', onKey)
  window.addEventListener('mouseup', onMouse)
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const name = commandOf(event, mac)
  if (name === null) return
  const typing = isTyping(event.target)
  // A plain character is input of the field, and a field has its own undo.
  if (typing && (event.key === '?' || name === 'edit.undo')) return
  // Otherwise the menu would handle the same key.
  event.preventDefault()
  if (!event.repeat || name.startsWith('view.zoom-')) runCommand(name)
}

const mouseBack = 3
const mouseForward = 4

function onMouse(event: MouseEvent): void {
  if (event.button !== mouseBack && event.button !== mouseForward) return
  event.preventDefault()
  runCommand(event.button === mouseBack ? 'go.back' : 'go.forward')
}

/** Returns whether a field has the focus. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'range', 'button', 'submit'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
}
