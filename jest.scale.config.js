// `npm run scale`: what takes minutes, one after the other, and prints its figures.
module.exports = { ...require('./jest.config'), testMatch: ['**/test/scale/*.proof.ts'], maxWorkers: 1 }
