export { currentTheme } from '../../../lib/display/theme.svelte'
