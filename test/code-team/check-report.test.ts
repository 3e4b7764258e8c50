// What a test runner reported, read with suspicion: only a whole report, sealed by its runner, is believed.
import { createHmac } from 'node:crypto'
import { judge } from '../../src/code-team/check/judge'
import { parseReport } from '../../src/code-team/check/parse-report'
import { architecture } from './support/program'

describe('a report', () => {
  const line = (seq: number, more: object = { kind: 'test', file: 'a', name: 'b', status: 'passed' }): string =>
    `${JSON.stringify({ seq, ...more })}\n`
  const key = 'a key'
  const sealed = (text: string, tests: number, by = key): string =>
    text +
    line(text.split('\n').length - 1, {
      ...{ kind: 'end', tests, seal: createHmac('sha256', by).update(text).digest('hex') },
    })

  it.each([
    ['nothing', undefined, 'the test runner left no report'],
    ['an empty one', '', 'the test runner left no report'],
    ['one without an end', line(0), 'ends in the middle'],
    ['one with a gap', sealed(line(0) + line(2), 2), 'tampered with'],
    ['one with more after its end', sealed(line(0), 1) + line(2), 'tampered with'],
    ['one that counts otherwise', sealed(line(0), 2), 'tampered with'],
    ['one with another line', sealed(`${line(0)}hello\n`, 1), 'line 2 of the test report is damaged'],
    ['one with zeros', sealed(`\0\0\0${line(0)}`, 1), 'line 1 of the test report is damaged'],
    ['one sealed by somebody else', sealed(line(0), 1, 'another key'), 'tampered with'],
  ])('is not believed: %s', (_what, text, problem) => {
    expect(parseReport(text, key).problem).toContain(problem)
  })

  it('is believed where it is whole, and contradicted by an exit code', () => {
    const lines =
      line(0, { kind: 'test', file: 'test/add.test.js', name: 'b', status: 'passed' }) +
      line(1, { kind: 'test', file: 'test/cli.test.js', name: 'c', status: 'passed' })
    const judged = (exitCode: number | null, reported = lines): string[] =>
      judge({
        language: 'javascript',
        mode: 'team',
        architecture,
        written: [],
        report: parseReport(sealed(reported, 2), key),
        result: { exitCode, signal: null, durationMs: 0 },
      }).problems.map(({ text }) => text)
    expect(judged(0)).toEqual([])
    expect(judged(7)).toEqual(['no test failed, and yet the test command ended with the exit code 7'])
    expect(judged(0, lines.replace('"passed"', '"failed"'))).toEqual([
      'tests failed, and yet the test command ended with 0',
    ])
  })
})
