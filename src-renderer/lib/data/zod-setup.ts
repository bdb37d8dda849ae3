/**
 * Imported before anything that builds a schema: zod decides while building whether it may compile checks with
 * `new Function`, which the window's content security policy forbids.
 */
import { z } from 'zod'

z.config({ jitless: true })
