// Whether bubblewrap works here, as the global set-up found out: what is about the sandbox itself is left out where it does not,
// which the set-up says, and everything else runs without it.

const works = process.env['TROUPE_TEST_SANDBOX'] === 'works'

/** A test that needs the sandbox. */
export const sandboxTest = works ? test : test.skip
/** Tests that need the sandbox. */
export const sandboxDescribe = works ? describe : describe.skip
/** Where a test runs strangers' code that is not about the sandbox. */
export const SANDBOX = works ? 'required' : 'none'
/** For the code team, in a test that is not about the sandbox. */
export const SANDBOX_LEAVE = works ? {} : { allowUnsandboxed: true }
/** The same on the command line. */
export const SANDBOX_OPTIONS: readonly string[] = works ? [] : ['--allow-unsandboxed']
