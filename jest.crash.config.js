// `npm run crash`: processes killed, or blocked, in more places than `npm test` has the time for.
module.exports = { ...require('./jest.config'), testMatch: ['**/test/crash/*.{test,proof}.ts'], maxWorkers: 1 }
