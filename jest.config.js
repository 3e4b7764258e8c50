// Tests run the TypeScript sources through swc; the server that they need is started once, by test/support/global-setup.ts.
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.tsx?$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: false } } }],
  },
  moduleNameMapper: { '^troupe$': '<rootDir>/src/index.ts', '^troupe/testing$': '<rootDir>/src/testing.ts' },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // On two cores: most of the time of most tests is spent waiting
  maxWorkers: 4,
  testTimeout: 60_000,
}
