import './lib/data/zod-setup'
import './styles/tokens.css'
import './styles/base.css'
import './styles/text.css'
import './styles/forms.css'
import './styles/states.css'
import './styles/tables.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { addVariantTokens } from './lib/display/variantTokens'

addVariantTokens()

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no element with the id "app"')

mount(App, { target })
