// A command as an agent: how its payload goes in, what comes out, and what each bad ending is called.
import { mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, shell } from './support/commands'
import { rejection } from './support/processes'

const directory = mkdtempSync(join(tmpdir(), 'troupe-command-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('the payload', () => {
  test('goes to standard input as JSON', async () => {
    const payload = { text: 'zwölf\n', list: [1, null] }
    const { output } = await run(['cat'], { payload, hasOutputSchema: true })
    expect(output).toEqual(payload)
  })

  test('fills placeholders in arguments: strings as they are, other values as JSON, and nothing is left to a shell', async () => {
    const payload = { name: 'a b; $HOME', deep: { list: [1, 'x'] }, none: null, $: '$& $1' }
    const { output } = await run(
      ['printf', '%s|', '{{name}}', 'n={{deep.list}}', '{{deep.list.1}}', '{{ none }}', '{{$}}'],
      { payload },
    )
    expect(output).toBe('a b; $HOME|n=[1,"x"]|x|null|$& $1|')
    expect((await run(['printf', '%s', '{{}}'], { payload: [1, 2] })).output).toBe('[1,2]')
  })

  test('does not go to standard input too when it fills arguments, unless asked', async () => {
    const script = ['sh', '-c', 'echo "$0:$(cat)"', '{{a}}']
    expect((await run(script, { payload: { a: 1 } })).output).toBe('1:')
    expect((await run(script, { payload: { a: 1 }, stdin: true })).output).toBe('1:{"a":1}')
  })

  test("leaves other programs' own templates alone", async () => {
    expect((await run(['echo', '{{.ID}} {{ .Names }}'])).output).toBe('{{.ID}} {{ .Names }}')
  })

  test.each([
    ['{{nope}}', /\{\{nope\}\}.*no "nope".*a, b/],
    ['{{b.x}}', /\{\{b\.x\}\}.*no "x".*c/],
    ['{{a.x}}', /\{\{a\.x\}\}.*there is "1"/],
    ['{{constructor}}', /no "constructor"/],
  ])('without a value for %s is refused, naming the keys there are', async (argument, message) => {
    const error = await rejection(run(['echo', argument], { payload: { a: '1', b: { c: 1 } } }))
    expect(error).toMatchObject({ code: 'InvalidPayload', retryable: false })
    expect(error.message).toMatch(message)
  })

  test('with a NUL character, or too long for an argument, is refused', async () => {
    expect(await rejection(run(['echo', '{{a}}'], { payload: { a: 'x\0y' } }))).toMatchObject({
      code: 'InvalidPayload',
    })
    const long = await rejection(run(['echo', '{{a}}'], { payload: { a: 'x'.repeat(4_000_000) } }))
    expect(long).toMatchObject({ code: 'InvalidPayload', hint: expect.stringContaining('standard input') as string })
  })

  test('may be ignored, even a large one', async () => {
    const payload = { text: 'x'.repeat(5_000_000) }
    expect((await run(['true'], { payload })).output).toBe('')
    expect((await shell('exec <&-; echo closed', { payload })).output).toBe('closed')
  })
})

describe('the surroundings', () => {
  test('are the working directory, four variables, the named ones, and no others', async () => {
    process.env.TROUPE_TEST_NAMED = 'named'
    process.env.TROUPE_TEST_SECRET = 'secret'
    const { output } = await run(['env'], { env: ['TROUPE_TEST_NAMED', 'TROUPE_TEST_UNSET'], cwd: directory })
    const names = String(output)
      .split('\n')
      .map((line) => line.split('=')[0] ?? '')
    const allowed = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'PWD', 'TROUPE_WORKER', 'TROUPE_EXECUTION', 'TROUPE_TEST_NAMED']
    expect(names).toEqual(expect.arrayContaining(['PATH', 'TROUPE_TEST_NAMED']))
    expect(names.filter((name) => !allowed.includes(name))).toEqual([])
    expect((await run(['pwd'], { cwd: directory })).output).toBe(directory)
  })
})

describe('the output', () => {
  test('is text without its last newline, and the end of standard error beside it', async () => {
    const { output, stderrTail } = await shell('printf "a\\n\\n"; echo warned >&2')
    expect(output).toBe('a\n')
    expect(stderrTail).toBe('warned')
  })

  test('is parsed as JSON where there is a schema', async () => {
    expect((await shell('echo "[1, {\\"a\\": true}]"', { hasOutputSchema: true })).output).toEqual([1, { a: true }])
  })

  test('that is no JSON is refused with its first 200 characters and the reason', async () => {
    const error = await rejection(shell('printf "%0300d." 0', { hasOutputSchema: true }))
    expect(error).toMatchObject({ code: 'OutputRejected', retryable: false })
    expect(error.message).toContain(`"${'0'.repeat(200)}"…`)
    expect(error.message).toMatch(/JSON/)
    expect((await rejection(run(['true'], { hasOutputSchema: true }))).message).toContain('printed no JSON: nothing')
  })

  test('of 1 GB is refused with its size, and costs no memory', async () => {
    const before = process.memoryUsage().rss
    let most = 0
    const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20)
    const error = await rejection(shell('head -c 1000000000 /dev/zero'))
    clearInterval(timer)
    expect(error).toMatchObject({ code: 'OutputTooLarge', retryable: false })
    expect(error.message).toContain('1,000,000,000 bytes')
    expect(most - before).toBeLessThan(200_000_000)
  })

  test('of exactly 10 MB is taken whole', async () => {
    expect(String((await shell('head -c 10485760 /dev/zero | tr "\\0" x')).output)).toHaveLength(10_485_760)
    expect(await rejection(shell('head -c 10485761 /dev/zero'))).toMatchObject({ code: 'OutputTooLarge' })
  })
})

describe('a bad ending', () => {
  test('is a retryable failure with the exit code and the end of standard error', async () => {
    const error = await rejection(shell('for i in $(seq 1000); do echo line $i >&2; done; exit 7'))
    expect(error).toMatchObject({ code: 'CommandFailed', retryable: true })
    expect(error.message).toContain('exit code 7')
    expect(error.message).toContain('line 1000')
    expect(error.message.length).toBeLessThan(1_300)
  })

  test('names the signal', async () => {
    expect((await rejection(shell('kill -SEGV $$'))).message).toContain('SIGSEGV')
  })

  test('cuts standard error between characters', async () => {
    const { stderrTail } = await shell('printf "x" >&2; for i in $(seq 1000); do printf "€" >&2; done')
    expect(stderrTail).toMatch(/^€+$/)
  })
})

describe('a program that cannot be started', () => {
  test('is not found in PATH, which is named', async () => {
    const error = await rejection(run(['no-such-program']))
    expect(error).toMatchObject({ code: 'CommandNotFound', retryable: false })
    expect(error.message).toContain('"no-such-program"')
    expect(error.message).toContain(String(process.env.PATH))
  })

  test('is told from a missing working directory', async () => {
    const error = await rejection(run(['true'], { cwd: join(directory, 'missing') }))
    expect(error).toMatchObject({ code: 'CommandNotFound' })
    expect(error.message).toContain(`the working directory ${join(directory, 'missing')}`)
  })

  test('is told from a missing interpreter, a missing file and a file that is not executable', async () => {
    writeFileSync(join(directory, 'script'), '#!/no/such/interpreter\n')
    const start = () => rejection(run(['./script'], { cwd: directory })).then((error) => error.message)
    expect(await start()).toContain('not executable')
    chmodSync(join(directory, 'script'), 0o755)
    expect(await start()).toContain('interpreter')
    rmSync(join(directory, 'script'))
    expect(await start()).toContain(`there is no program ${join(directory, 'script')}`)
  })

  test('is an empty command too', async () => {
    expect(await rejection(run([]))).toMatchObject({ code: 'CommandNotFound' })
  })
})
