/** What each command of the contract's table does. The menu, keys, the palette and buttons all come here. */
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
import { works } from '../data/works.svelte'

/** What lies over the page. */
class Overlay {
  shown = $state<'palette' | 'shortcuts' | 'queue' | null>(null)
}
export const overlay = new Overlay()

/** The run that commands are about: the one that is looked at, else the one that trains. */
function currentRun(): RunSummary | null {
  return live.looked ?? live.training.find((run) => run.state === 'running') ?? live.training[0] ?? null
}

async function pauseOrResume(): Promise<void> {
  const run = currentRun()
  if (run?.state === 'running') await attempt(() => call('runs.pause', { id: run.id }))
  else if (run?.state === 'paused') await attempt(() => call('runs.resume', { ids: [run.id] }))
  else
    toasts.info(run ? `${runTitle(run)} is ${run.state}: there is nothing to pause or resume.` : 'Nothing trains now.')
}

async function stop(): Promise<void> {
  const run = currentRun()
  const going = run && (run.state === 'running' || run.state === 'paused')
  if (!going) toasts.info(run ? `${runTitle(run)} is ${run.state}: there is nothing to stop.` : 'Nothing trains now.')
  else if (await attempt(() => call('runs.stop', { id: run.id })))
    toasts.info(`${runTitle(run)} stops; what it measured is kept.`)
}

/** Of the run that is looked at: what trains can't be trained again yet. */
function verify(): void {
  const run = live.looked
  if (!run) toasts.info('Open the run that you want to verify first.')
  else if (!canVerify(run))
    toasts.info(`${runTitle(run)} is ${run.state}: a run can be verified when it has ended and has measured something.`)
  else verifying.shown = run
}

function showTraining(): void {
  const run = live.training[0]
  if (run) router.go(href.run(run.id))
  else toasts.info('Nothing trains now.')
}

async function copyLink(): Promise<void> {
  const link = router.hash === '' ? href.studies() : router.hash
  if (await copyText(link)) toasts.info(`Copied ${link}: pasted after ${mac ? '⌘' : 'Ctrl'} K it opens this view.`)
}

/** In a field its own undo; elsewhere what was deleted last. */
function undo(): void {
  // The menu's Undo has no event that would reach the field; no other way does what the key does.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  if (isTyping(document.activeElement)) document.execCommand('undo')
  else if (!toasts.undoLast()) toasts.info('There is nothing to undo.')
}

function startImport(kind: 'archive' | 'folder'): void {
  router.go(href.data())
  void imports.start(kind)
}

/** The study that is looked at. */
function exportStudy(): void {
  const { route } = router
  if (route.page === 'study') void works.exportStudy(route.id)
  else toasts.info('Open the study that you want to export first.')
}

const actions: Record<CommandName, () => void> = {
  'file.new-study': () => router.go(href.newStudy()),
  'file.import-archive': () => startImport('archive'),
  'file.import-folder': () => startImport('folder'),
  'file.import-study': () => void works.importStudy(),
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

/** Carries a command out. One that leads elsewhere takes away what lies over the page. */
export function carryOut(name: CommandName): void {
  if (name !== 'view.palette' && name !== 'help.shortcuts' && commands[name].menu !== 'View') overlay.shown = null
  actions[name]()
}

/** Subscribes to menu, keys and the mouse's own back and forward; once, at the window's start. */
export function startCommands(): void {
  on('shell.command', ({ name }) => carryOut(name))
  window.addEventListener('keydown', onKey)
  window.addEventListener('mouseup', onMouse)
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const name = commandOf(event, mac)
  if (name === null) return
  const typing = isTyping(event.target)
  // A bare character is typed, and a field undoes by itself.
  if (typing && (event.key === '?' || name === 'edit.undo')) return
  // Without this the menu would hear the same key.
  event.preventDefault()
  if (!event.repeat || name.startsWith('view.zoom-')) carryOut(name)
}

const mouseBack = 3
const mouseForward = 4

function onMouse(event: MouseEvent): void {
  if (event.button !== mouseBack && event.button !== mouseForward) return
  event.preventDefault()
  carryOut(event.button === mouseBack ? 'go.back' : 'go.forward')
}

/** Whether keys go into a field. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'range', 'button', 'submit'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
}
