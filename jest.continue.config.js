// `npm run test:continue`: the integration tests with runs that continue as new every few events. No outcome may differ.
process.env.TROUPE_TEST_CONTINUE_AFTER_EVENTS ??= '40'

module.exports = { ...require('./jest.config'), testMatch: ['**/test/run/*.test.ts', '**/test/crash/kills.test.ts'] }
