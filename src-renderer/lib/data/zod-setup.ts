/**
 * Import before any module that builds a schema: zod decides then whether to compile checks with `new Function`, which
 * the window's content security policy forbids.
 */
import { z } from 'zod'

z.config({ jitless: true })
