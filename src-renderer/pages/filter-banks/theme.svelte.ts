export { currentTheme } from '../../lib/theme.svelte'
