/** The colours of variants as custom properties of the page, from the registry of variants and banks. */
import { variantColors, type Theme } from '../../../src-main/analysis/figures/colors'

/** Returns the style sheet of the properties `--v-…`, in both themes. */
export function variantTokens(): string {
  const rule = (theme: Theme): string =>
    `:root { ${[...variantColors].map(([token, color]) => `--v-${token}: ${color[theme]};`).join(' ')} }`
  return `${rule('light')} @media (prefers-color-scheme: dark) { ${rule('dark')} }`
}

/** Adds the properties to the page. A constructed sheet needs no inline style, which the page's policy forbids. */
export function addVariantTokens(): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(variantTokens())
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}
