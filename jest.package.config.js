// `npm run package`: the package as its users get it, on this Node and on the lowest that it is for.
process.env.TROUPE_TEST_NODES = 'all'

module.exports = { ...require('./jest.config'), testMatch: ['**/test/package/*.{test,proof}.ts'] }
