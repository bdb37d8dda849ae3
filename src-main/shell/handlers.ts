import { app, clipboard, dialog, shell, type BrowserWindow } from 'electron'
import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { importExtensions } from '../contract/publish/archiveFormats'
import { serviceCalls } from '../contract/calls'
import { shellCalls } from '../contract/window/shell'
import { WorkbenchError } from '../contract/errors'
import { archiveExtensions } from '../contract/publish/fileKinds'
import { modelFormatFacts } from '../contract/models/modelFormats'
import { writeOutput } from '../files/outputFile'
import { isReserved } from '../service/storage/dataDir'
import { chosenDataDir, usualDataDir } from '../service/storage/dataDir'
import { prepareDataDir } from '../service/storage/dataDirIdentity'
import { rememberDataDir } from '../service/storage/rememberedDataDir'
import type { ShellHandlers } from './service/calls'
import type { Grants } from './window/grants'
import type { StoredPreferences } from './preferences'
import { saveFilter, withExtension } from './window/saveFile'
import type { Service } from './service/service'

/** Formats that importers read. A file may have any other name, so `allFiles` is offered too. */
const archivesFilter: Electron.FileFilter = { name: 'Archives', extensions: [...importExtensions] }
const allFiles: Electron.FileFilter = { name: 'All files', extensions: ['*'] }

/** Calls that the shell answers itself. */
export function shellHandlers(
  service: Service,
  grants: Grants,
  dataDir: string,
  preferences: StoredPreferences,
  window: () => BrowserWindow | null,
): ShellHandlers {
  /** The path that was written last; the page knows only its name. */
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
          ? { title: 'Import data set archive', properties: ['openFile'], filters: [archivesFilter, allFiles] }
          : { title: 'Import data set folder', properties: ['openDirectory'] }
      const chosen = await askForPath(window(), options)
      return chosen === null ? null : { grant: grants.give(chosen), name: path.basename(chosen) }
    },

    'shell.importDataset': async ({ grant }) => {
      const chosen = grants.redeem(grant)
      if (chosen === null)
        throw new WorkbenchError('bad-input', 'This file choice has already been used.', {
          fix: 'Choose the file again.',
          field: 'grant',
        })
      return serviceCalls['datasets.import'].result.parse(await service.call('datasets.import', { path: chosen }))
    },

    'shell.exportStudy': async ({ id, checkpoints }) => {
      const filePath = await askForTarget(window(), 'Export study', `${id}.${archiveExtensions[0]}`)
      if (filePath === null) return { saved: false }
      await service.call('publish.export', { id, out: filePath, checkpoints, replace: true })
      written = filePath
      return { saved: true }
    },

    'shell.reportStudy': async ({ id }) => {
      const options: Electron.OpenDialogOptions = {
        title: 'Save report',
        buttonLabel: 'Write report here',
        properties: ['openDirectory', 'createDirectory'],
      }
      const chosen = await askForPath(window(), options)
      if (chosen === null) return null
      const folder = `${id}-report`
      const out = path.join(chosen, folder)
      if (
        !(await writeOrReplace(window(), `the report in ${folder}`, (replace) =>
          service.call('publish.report', { id, out, replace }),
        ))
      )
        return null
      written = path.join(out, 'index.html')
      return { folder }
    },

    'shell.importStudy': async ({ kind }) => {
      const options: Electron.OpenDialogOptions =
        kind === 'archive'
          ? { title: 'Import study', properties: ['openFile'], filters: [archivesFilter, allFiles] }
          : { title: 'Import study folder', properties: ['openDirectory'] }
      const chosen = await askForPath(window(), options)
      return chosen === null
        ? null
        : serviceCalls['publish.import'].result.parse(await service.call('publish.import', { path: chosen }))
    },

    'shell.licences': async () => {
      const text = await readFile(path.join(__dirname, '../licences.json'), 'utf8').catch((cause: unknown) => {
        throw new WorkbenchError('unavailable', 'The list of licences is missing from this build.', {
          fix: 'Close the program and run `npm start` again.',
          cause,
        })
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
      const filePath = await askForTarget(window(), 'Save', suggestedName)
      if (filePath === null) return { saved: false }
      await writeOutput(filePath, Buffer.from(content, encoding), {
        overwrite: true,
        isReserved: (file) => isReserved(dataDir, file),
      })
      written = filePath
      return { saved: true }
    },

    'shell.exportModel': async ({ id, format, suggestedName }) => {
      const { isFolder, name } = modelFormatFacts[format]
      const filePath = await askForTarget(window(), 'Export model', suggestedName)
      if (filePath === null) return { saved: false, name: '' }
      const write = (force: boolean) => service.call('runs.export', { id, format, path: filePath, force })
      // The dialog has asked about a file, but not about the files in a folder.
      if (
        !(await (isFolder
          ? writeOrReplace(window(), `the ${name} in ${path.basename(filePath)}`, write)
          : write(true).then(() => true)))
      )
        return { saved: false, name: '' }
      written = filePath
      return { saved: true, name: path.basename(filePath) }
    },

    'shell.copyText': async ({ text }) => {
      // Electron 22 writes synchronously, later versions return a promise.
      await clipboard.writeText(text)
      return { ok: true }
    },

    'shell.preferences': (change) => Promise.resolve(preferences.set(change)),

    'shell.showWritten': () => {
      if (written === null || !existsSync(written))
        return Promise.reject(new WorkbenchError('not-found', 'The saved file no longer exists.'))
      shell.showItemInFolder(written)
      return Promise.resolve({ ok: true })
    },

    'shell.chooseDataDir': async () => {
      const options: Electron.OpenDialogOptions = {
        title: 'Choose a data directory',
        buttonLabel: 'Use this folder',
        properties: ['openDirectory', 'createDirectory'],
      }
      const chosen = await askForPath(window(), options)
      if (chosen === null) return { chosen: false }
      prepareDataDir(chosen)
      // A directory that a flag or MCNN_DATA_DIR names is refused again at the next start.
      if (dataDir === chosenDataDir()) rememberDataDir(chosen === usualDataDir() ? null : chosen)
      // The last flag counts. Electron's profile is in the data directory, so a restart is needed.
      app.relaunch({ args: [...process.argv.slice(1), `--data-dir=${chosen}`] })
      app.quit()
      return { chosen: true }
    },

    'shell.quit': () => {
      app.quit()
      return Promise.resolve({ ok: true })
    },

    'shell.openDataDir': async () => {
      const failure = await shell.openPath(dataDir)
      if (failure !== '') throw new WorkbenchError('unavailable', `Cannot open the folder ${dataDir}: ${failure}`)
      return { ok: true }
    },
  }
}

/** Opens a dialog for an existing file or folder. Returns null if the user cancels. */
async function askForPath(window: BrowserWindow | null, options: Electron.OpenDialogOptions): Promise<string | null> {
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options))
  return canceled ? null : (filePaths[0] ?? null)
}

/** Asks where to save a file. Returns null if the user cancels; an existing file at the path may be replaced. */
async function askForTarget(
  window: BrowserWindow | null,
  title: string,
  suggestedName: string,
): Promise<string | null> {
  const options: Electron.SaveDialogOptions = {
    title,
    defaultPath: suggestedName,
    filters: [saveFilter(suggestedName)],
    properties: ['showOverwriteConfirmation'],
  }
  const { canceled, filePath } = await (window
    ? dialog.showSaveDialog(window, options)
    : dialog.showSaveDialog(options))
  if (canceled || filePath === undefined || filePath === '') return null
  const completed = withExtension(filePath, suggestedName)
  // The dialog has asked about the name as typed. Writers of folders ask about their files.
  const found = statSync(completed, { throwIfNoEntry: false })
  if (completed === filePath || found === undefined || found.isDirectory()) return completed
  return (await confirmReplacing(window, path.basename(completed), 'A file with this name already exists.'))
    ? completed
    : null
}

/** Writes a folder, and asks before files in it are replaced. Returns false if the user cancels. */
async function writeOrReplace(
  window: BrowserWindow | null,
  what: string,
  write: (replace: boolean) => Promise<unknown>,
): Promise<boolean> {
  try {
    await write(false)
  } catch (thrown) {
    if (!(thrown instanceof WorkbenchError) || thrown.code !== 'exists') throw thrown
    if (
      !(await confirmReplacing(
        window,
        what,
        'Files you added to the folder stay. Files you changed are kept under a name that ends in .bak.',
      ))
    )
      return false
    await write(true)
  }
  return true
}

async function confirmReplacing(window: BrowserWindow | null, what: string, detail: string): Promise<boolean> {
  const options: Electron.MessageBoxOptions = {
    type: 'question',
    message: `Replace ${what}?`,
    detail,
    buttons: ['Replace', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  }
  const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options))
  return response === 0
}
