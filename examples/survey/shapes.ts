// What the survey's agents hand to each other.
import { z } from 'zod'

const count = z.int().nonnegative()

export const sizeSchema = z.object({ files: count, lines: count, tokens: count, bytes: count })
export type Size = z.infer<typeof sizeSchema>

export const languageSchema = sizeSchema.extend({ language: z.string() })
export type Language = z.infer<typeof languageSchema>

export const longFileSchema = z.object({ path: z.string(), lines: count })

/** Files that were not measured, by reason. */
export const leftOutSchema = z.object({ binary: count, large: count, special: count, unreadable: count })
export type LeftOut = z.infer<typeof leftOutSchema>

/** One folder, or several that were folded into one. Languages are a list: an extension may be called `__proto__`. */
export const folderSchema = sizeSchema.extend({
  folder: z.string(),
  languages: z.array(languageSchema),
  longest: z.array(longFileSchema),
  leftOut: leftOutSchema,
})
export type Folder = z.infer<typeof folderSchema>

export const totalsSchema = sizeSchema.extend({
  root: z.string(),
  folders: z.array(sizeSchema.extend({ folder: z.string() })),
  languages: z.array(languageSchema),
  longest: z.array(longFileSchema),
  leftOut: leftOutSchema,
})
export type Totals = z.infer<typeof totalsSchema>

/** What history.mjs prints. */
export const historySchema = z.object({
  commits: count,
  /** True if there are more commits than were read. */
  truncated: z.boolean(),
  /** Dates of the oldest and the newest commit, ISO. */
  first: z.string().optional(),
  last: z.string().optional(),
  authors: z.array(z.object({ name: z.string(), commits: count })),
  recent: z.array(z.object({ commit: z.string(), date: z.string(), author: z.string(), subject: z.string() })),
  /** Why there is none. */
  note: z.string().optional(),
})
export type History = z.infer<typeof historySchema>
