// Names of records as anybody may give them.
import fc from 'fast-check'

// Pieces that file systems, shells and JavaScript objects are known to trip over, and anything else.
const piece = fc.oneof(
  fc.constantFrom(
    '.',
    '..',
    '',
    '__proto__',
    'constructor',
    'CON',
    'nul',
    'a',
    'A',
    'é',
    'e\u0301',
    'r-',
    'd-a',
    'rh-',
  ),
  fc.constantFrom(
    '=41',
    '=u0041',
    '%2f',
    '\\',
    '\0',
    '\ud800',
    '\udc00',
    '🎭',
    'ß',
    'ẞ',
    'ı',
    'İ',
    ' ',
    'a.',
    'x'.repeat(300),
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 6 }),
)
export const anyName = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join('/'))
