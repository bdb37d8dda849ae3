// Carries out `electron [options] FOLDER`. Electron's own downloads do that in resources/default_app.asar; the
// fallback's packaged program has none, so setup puts this at resources/app.
const { app } = require('electron')
const { readFileSync } = require('node:fs')
const { join, resolve } = require('node:path')

const folder = process.argv.slice(1).find((argument) => !argument.startsWith('-'))
if (folder === undefined) {
  console.error('usage: electron [options] FOLDER')
  process.exit(2)
}
const path = resolve(folder)
const {
  main = 'index.js',
  name,
  productName = name,
  version,
} = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))

// As Electron does: the program sees its name, and that it is not packaged, before its first line runs.
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true })
/** @type {Electron.App & { setAppPath(path: string): void, setVersion(version: string): void }} */
const internal = Object.assign(app)
internal.setAppPath(path)
internal.setVersion(version)
app.setName(productName)
if (!app.commandLine.hasSwitch('user-data-dir')) app.setPath('userData', join(app.getPath('appData'), productName))
require(join(path, main))
