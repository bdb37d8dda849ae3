import { app, clipboard, dialog, shell, type BrowserWindow } from 'electron'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { serviceCalls, shellCalls } from '../contract/calls'
import { WorkbenchError } from '../contract/errors'
import type { ShellHandlers } from './calls'
import type { Grants } from './grants'
import type { KeptPreferences } from './preferences'
import { fileFilter, saveFile } from './saveFile'
import type { Service } from './service'

const archiveFilter: Electron.FileFilter = { name: 'Exported study', extensions: ['tar.gz', 'tgz', 'gz'] }

/** What the shell answers itself. */
export function shellHandlers(service: Service, grants: Grants, dataDir: string, preferences: KeptPreferences, window: () => BrowserWindow | null): ShellHandlers {
  /** What was written last, of which the page knows the name alone. */
  let written: string | null = null
  return {
    'shell.info': () =>
      Promise.resolve({
        program: app.getVersion(),
        electron: process.versions.electron ?? '',
        chrome: process.versions['chrome'] ?? '',
        platform: `${process.platform} ${process.arch}`,
      }),

    'shell.chooseDataset': async ({ kind }) => {
      const options: Electron.OpenDialogOptions =
        kind === 'archive'
          ? { title: 'Import a CIFAR archive', properties: ['openFile'], filters: [{ name: 'CIFAR archive', extensions: ['tar.gz', 'tgz', 'gz', 'tar'] }, { name: 'All files', extensions: ['*'] }] }
          : { title: 'Import a CIFAR folder', properties: ['openDirectory'] }
      const parent = window()
      const { canceled, filePaths } = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options))
      const chosen = filePaths[0]
      return canceled || chosen === undefined ? null : { grant: grants.give(chosen), name: path.basename(chosen) }
    },

    'shell.importDataset': async ({ grant }) => {
      const chosen = grants.take(grant)
      if (chosen === null) throw new WorkbenchError('bad-input', 'This choice of a file has been used already.', { fix: 'Choose the file again.', field: 'grant' })
      return serviceCalls['datasets.import'].result.parse(await service.call('datasets.import', { path: chosen }))
    },

    'shell.exportStudy': async ({ id, checkpoints }) => {
      const options: Electron.SaveDialogOptions = { title: 'Export study', defaultPath: `${id}.tar.gz`, filters: [archiveFilter, { name: 'All files', extensions: ['*'] }] }
      const parent = window()
      const { canceled, filePath } = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options))
      if (canceled || filePath === undefined || filePath === '') return { saved: false }
      // The dialog has asked whether to replace a file that is there.
      await service.call('publish.export', { id, out: filePath, checkpoints, replace: true })
      written = filePath
      return { saved: true }
    },

    'shell.reportStudy': async ({ id }) => {
      const options: Electron.OpenDialogOptions = { title: 'Where to write the report', buttonLabel: 'Write report here', properties: ['openDirectory', 'createDirectory'] }
      const parent = window()
      const { canceled, filePaths } = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options))
      const chosen = filePaths[0]
      if (canceled || chosen === undefined) return null
      const folder = `${id}-report`
      const out = path.join(chosen, folder)
      try {
        await service.call('publish.report', { id, out })
      } catch (thrown) {
        if (!(thrown instanceof WorkbenchError) || thrown.code !== 'conflict' || !existsSync(out)) throw thrown
        if (!(await askReplacing(parent, folder))) return null
        await service.call('publish.report', { id, out, replace: true })
      }
      written = path.join(out, 'index.html')
      return { folder }
    },

    'shell.importStudy': async () => {
      const options: Electron.OpenDialogOptions = { title: 'Import study', properties: ['openFile'], filters: [archiveFilter, { name: 'All files', extensions: ['*'] }] }
      const parent = window()
      const { canceled, filePaths } = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options))
      const chosen = filePaths[0]
      return canceled || chosen === undefined ? null : serviceCalls['publish.import'].result.parse(await service.call('publish.import', { path: chosen }))
    },

    'shell.licences': async () => {
      const text = await readFile(path.join(__dirname, '../licences.json'), 'utf8').catch((cause: unknown) => {
        throw new WorkbenchError('unavailable', 'The list of licences is missing from this build.', { fix: 'Close the program and run `npm start` again.', cause })
      })
      return shellCalls['shell.licences'].result.parse(JSON.parse(text))
    },

    'shell.serviceState': () => Promise.resolve(service.state),

    'shell.restartService': async () => {
      await service.restart()
      return { ok: true }
    },

    'shell.repairHistory': () => service.repair(),

    'shell.saveFile': async ({ suggestedName, content, encoding }) => {
      const options: Electron.SaveDialogOptions = { title: 'Save', defaultPath: suggestedName, filters: [fileFilter(suggestedName), { name: 'All files', extensions: ['*'] }] }
      const parent = window()
      const { canceled, filePath } = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options))
      if (canceled || filePath === undefined || filePath === '') return { saved: false }
      await saveFile(filePath, Buffer.from(content, encoding))
      written = filePath
      return { saved: true }
    },

    'shell.exportModel': async ({ id, format, suggestedName }) => {
      const folder = format === 'savedmodel'
      const filters = folder ? [] : [fileFilter(suggestedName), { name: 'All files', extensions: ['*'] }]
      const options: Electron.SaveDialogOptions = { title: 'Export model', defaultPath: suggestedName, buttonLabel: 'Export', filters }
      const parent = window()
      const { canceled, filePath } = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options))
      if (canceled || filePath === undefined || filePath === '') return { saved: false, name: '' }
      // The dialog has asked whether a file is to be replaced; what a folder holds it did not show.
      await service.call('runs.export', { id, format, path: filePath, force: !folder })
      written = filePath
      return { saved: true, name: path.basename(filePath) }
    },

    'shell.copyText': async ({ text }) => {
      // Electron 22 has written when it returns, later ones when it resolves.
      await clipboard.writeText(text)
      return { ok: true }
    },

    'shell.preferences': (change) => Promise.resolve(preferences.set(change)),

    'shell.showWritten': () => {
      if (written === null || !existsSync(written)) return Promise.reject(new WorkbenchError('not-found', 'What was written is not there any more.'))
      shell.showItemInFolder(written)
      return Promise.resolve({ ok: true })
    },

    'shell.openDataDir': async () => {
      const failure = await shell.openPath(dataDir)
      if (failure !== '') throw new WorkbenchError('unavailable', `The folder ${dataDir} could not be opened: ${failure}`)
      return { ok: true }
    },
  }
}

/** The dialog that asked for the folder has not shown what is in it. */
async function askReplacing(window: BrowserWindow | null, folder: string): Promise<boolean> {
  const options: Electron.MessageBoxOptions = {
    type: 'question',
    message: `Replace the report in ${folder}?`,
    detail: 'It is there already. The new report takes its place as a whole; other files that lie in the folder stay.',
    buttons: ['Replace', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  }
  const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options))
  return response === 0
}
