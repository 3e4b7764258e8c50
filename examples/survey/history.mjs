// What git knows of a folder's history, as JSON on standard output. Where there is no history it says so, and ends well.
import { spawnSync } from 'node:child_process'

/** Commits that are read: a repository may have a million. */
const MAX_COMMITS = 10_000
/** Authors and last commits that are named. */
const NAMED = 10
/** Characters of a subject. */
const SUBJECT_LENGTH = 120

const [dir = '.'] = process.argv.slice(2)
const format = ['%h', '%aI', '%aN', '%s'].join('%x1f')
const { status, stdout, stderr, error } = spawnSync(
  'git',
  ['-C', dir, 'log', '-z', `--max-count=${MAX_COMMITS}`, `--format=${format}`, '--', '.'],
  { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
)

const commits = status === 0 ? parse(stdout) : []
const authors = new Map()
for (const { author } of commits) authors.set(author, (authors.get(author) ?? 0) + 1)
const note = error?.code === 'ENOENT' ? 'git is not installed' : (error?.message ?? stderr.trim().split('\n')[0])

console.log(
  JSON.stringify({
    commits: commits.length,
    truncated: commits.length === MAX_COMMITS,
    ...(commits.length > 0 ? { first: commits.at(-1).date, last: commits[0].date } : {}),
    authors: [...authors]
      .map(([name, count]) => ({ name, commits: count }))
      .sort((a, b) => b.commits - a.commits)
      .slice(0, NAMED),
    recent: commits.slice(0, NAMED),
    ...(commits.length === 0 && note ? { note } : {}),
  }),
)

/** Commits end in NUL, their parts in a unit separator: neither occurs in a name or a subject. */
function parse(text) {
  const records = text.split('\0').filter((record) => record !== '')
  return records.map((record) => {
    const [commit, date, author, subject = ''] = record.split('\x1f')
    return { commit, date, author, subject: shorten(subject) }
  })
}

function shorten(text) {
  const characters = Array.from(text)
  return characters.length <= SUBJECT_LENGTH ? text : `${characters.slice(0, SUBJECT_LENGTH - 1).join('')}…`
}
