/**
 * Text for LaTeX. The result is plain ASCII and uses only commands of LaTeX's kernel in its default encoding, so it
 * compiles in every document, with every engine and without any package. Pure.
 */

/** Characters with a meaning in LaTeX, and symbols that the kernel has. */
const symbols: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '&': '\\&',
  '%': '\\%',
  $: '\\$',
  '#': '\\#',
  _: '\\_',
  '{': '\\{',
  '}': '\\}',
  '<': '$<$',
  '>': '$>$',
  '|': '$|$',
  '\u00a0': '~',
  '\u00ad': '\\-',
  '–': '--',
  '—': '---',
  '‘': '`',
  '’': "'",
  '“': '``',
  '”': "''",
  '…': '\\ldots{}',
  '¡': '!`',
  '¿': '?`',
  '§': '\\S{}',
  '¶': '\\P{}',
  '©': '\\copyright{}',
  '£': '\\pounds{}',
  ß: '\\ss{}',
  æ: '\\ae{}',
  Æ: '\\AE{}',
  œ: '\\oe{}',
  Œ: '\\OE{}',
  ø: '\\o{}',
  Ø: '\\O{}',
  ł: '\\l{}',
  Ł: '\\L{}',
  ı: '\\i{}',
}

/** Symbols that the kernel has in math mode only. */
const math: Record<string, string> = {
  '±': '\\pm',
  '×': '\\times',
  '÷': '\\div',
  '·': '\\cdot',
  '−': '-',
  '∞': '\\infty',
  '≥': '\\ge',
  '≤': '\\le',
  '≠': '\\ne',
  '≈': '\\approx',
  '→': '\\rightarrow',
  '←': '\\leftarrow',
  '↑': '\\uparrow',
  '↓': '\\downarrow',
  '↔': '\\leftrightarrow',
  '⇒': '\\Rightarrow',
  '√': '\\surd',
  '∑': '\\sum',
  '∈': '\\in',
  '°': '^\\circ',
  '•': '\\bullet',
  '′': "'",
  '¬': '\\neg',
  µ: '\\mu',
  '¹': '^1',
  '²': '^2',
  '³': '^3',
  α: '\\alpha',
  β: '\\beta',
  γ: '\\gamma',
  δ: '\\delta',
  ε: '\\epsilon',
  ζ: '\\zeta',
  η: '\\eta',
  θ: '\\theta',
  ι: '\\iota',
  κ: '\\kappa',
  λ: '\\lambda',
  μ: '\\mu',
  ν: '\\nu',
  ξ: '\\xi',
  π: '\\pi',
  ρ: '\\rho',
  σ: '\\sigma',
  τ: '\\tau',
  υ: '\\upsilon',
  φ: '\\phi',
  χ: '\\chi',
  ψ: '\\psi',
  ω: '\\omega',
  Γ: '\\Gamma',
  Δ: '\\Delta',
  Θ: '\\Theta',
  Λ: '\\Lambda',
  Ξ: '\\Xi',
  Π: '\\Pi',
  Σ: '\\Sigma',
  Φ: '\\Phi',
  Ψ: '\\Psi',
  Ω: '\\Omega',
}

/** Combining marks above or below a letter. The kernel's default encoding has no ogonek. */
const accents: Record<string, string> = {
  '\u0300': '`',
  '\u0301': "'",
  '\u0302': '^',
  '\u0303': '~',
  '\u0304': '=',
  '\u0306': 'u',
  '\u0307': '.',
  '\u0308': '"',
  '\u030a': 'r',
  '\u030b': 'H',
  '\u030c': 'v',
  '\u0327': 'c',
}

/** Escapes text for LaTeX. A character that LaTeX's kernel lacks becomes its code point, such as [U+1F600]. */
export function escapeLatex(text: string): string {
  const escaped = Array.from(
    text.normalize('NFC').replace(/[\t\r\n\v\f\u0085\u2028\u2029]+/g, ' '),
    escapeCharacter,
  ).join('')
  // After the end of a row and after \item, these start an argument.
  return escaped.replace(/^(\s*)([[*])/, '$1{$2}')
}

function escapeCharacter(character: string): string {
  const symbol = symbols[character]
  if (symbol !== undefined) return symbol
  const formula = math[character]
  if (formula !== undefined) return `$${formula}$`
  if (/^[\x20-\x7e]$/.test(character)) return character
  const [letter = '', mark = '', ...more] = Array.from(character.normalize('NFD'))
  const accent = accents[mark]
  if (accent !== undefined && more.length === 0 && /^[A-Za-z]$/.test(letter)) return `\\${accent}{${letter}}`
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`
}
