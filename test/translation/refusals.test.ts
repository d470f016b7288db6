import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import type { JsonObject } from '../../src/kit/kit.ts'
import { CONVERTERS } from '../../src/translation/converters.ts'
import { complaintsOf, convert, outcomeOf, ROOMY, type Written } from './converter-support.ts'

type Case = readonly [converter: string, slots: JsonObject, code: string, written?: Written]

const TO_KMH: Written = { with: { to: 'kmh' } }
const MILS: Written = { with: { to: 'mils' } }
const EVENTS: Written = { with: { table: 'e' }, tables: { e: { CIVDML: 'LAWFUL_PROTEST' } } }
const TO_NATO: Written = { with: { to: 'NATO' } }
const REALMS: Written = { target: ['REAL', 'EXERCISE', 'TEST'] }
const NARROW_LABEL: Written = { source: ['policy', 'descriptor'], target: ['policy'] }
const TIGHT = { ...ROOMY, takes: { pattern: '^$' } }

const VERBS: Written = { with: { table: 'v' }, tables: { v: { PATROL: 'HIGH_VISIBILITY_PATROL' } } }

/** Every way in which a converter refuses, and the code that it gives. */
const REFUSALS: readonly Case[] = [
  ['mgrs', { value: { lat: 84, lon: 0 } }, 'polar'],
  ['mgrs', { value: { lat: -80.1, lon: 0 } }, 'polar'],
  ['mgrs', { value: { lat: 91, lon: 0 } }, 'form'],
  ['mgrs', { value: 'somewhere' }, 'form'],
  ['place-of-mgrs', { value: '' }, 'form'],
  ['place-of-mgrs', { value: '30U' }, 'form'],
  ['place-of-mgrs', { value: '30UVG-1-2' }, 'form'],
  ['place-of-mgrs', { value: '30UVG'.repeat(20) }, 'form'],
  ['place-of-mgrs', { value: '2039991663' }, 'bare-digits'],
  ['place-of-mgrs', { value: '30IVG2039' }, 'letter'],
  ['place-of-mgrs', { value: '30UOG2039' }, 'letter'],
  ['place-of-mgrs', { value: '30UVI2039' }, 'letter'],
  ['place-of-mgrs', { value: '30ovg2039' }, 'letter'],
  ['place-of-mgrs', { value: 'ZAB12' }, 'polar'],
  ['place-of-mgrs', { value: 'BAN1234' }, 'polar'],
  ['place-of-mgrs', { value: '61UVG2039' }, 'zone'],
  ['place-of-mgrs', { value: '00UVG2039' }, 'zone'],
  ['place-of-mgrs', { value: '300UVG2039' }, 'zone'],
  ['place-of-mgrs', { value: 'UVG2039' }, 'zone'],
  ['place-of-mgrs', { value: '32XMF12' }, 'zone'],
  ['place-of-mgrs', { value: '30YVG2039' }, 'band'],
  ['place-of-mgrs', { value: '30AVG2039' }, 'band'],
  ['place-of-mgrs', { value: '30UAG2039' }, 'column'],
  ['place-of-mgrs', { value: '30UVW2039' }, 'row'],
  ['place-of-mgrs', { value: '30UVG123' }, 'odd-digits'],
  ['place-of-mgrs', { value: '30UVG2039916' }, 'odd-digits'],
  ['place-of-mgrs', { value: '30UVG203991663123' }, 'too-many-digits'],
  ['place-of-mgrs', { value: '30CVG12' }, 'no-such-square'],
  ['osgr', { value: 12 }, 'form'],
  ['place-of-osgr', { value: '' }, 'form'],
  ['place-of-osgr', { value: 'NSX 123 456' }, 'form'],
  ['place-of-osgr', { value: '257916 665747' }, 'bare-digits'],
  ['place-of-osgr', { value: '257916,665747' }, 'bare-digits'],
  ['place-of-osgr', { value: 'IS 12 34' }, 'letter'],
  ['place-of-osgr', { value: 'NI 12 34' }, 'letter'],
  ['place-of-osgr', { value: 'NS 123 45' }, 'odd-digits'],
  ['place-of-osgr', { value: 'NS 123456 123456' }, 'too-many-digits'],
  ['place-of-osgr', { value: 'AA 12 34' }, 'no-such-square'],
  ['place-of-osgr', { value: 'SE 1 2 3' }, 'odd-digits'],
  ['mgrs-of-osgr', { value: 'NI 12 34' }, 'letter'],
  ['osgr-of-mgrs', { value: '30UVG123' }, 'odd-digits'],
  ['dtg', { value: '2021-02-31T00:00:00Z' }, 'form'],
  ['dtg', { value: 'yesterday' }, 'form'],
  ['dtg-range', { from: '2021-11-06T24:00:00Z' }, 'form'],
  ['instant', { value: '2021-11-06 12:04' }, 'form'],
  ['instant', { dtg: '061204NOV21' }, 'form'],
  ['instant', { dtg: '061204ZNOU21' }, 'form'],
  ['instant', { dtg: '110834FEB19R' }, 'form'],
  ['instant', { dtg: '0612042' }, 'form'],
  ['instant', { dtg: '061204JNOV21' }, 'local-zone'],
  ['instant', { dtg: '0600F' }, 'no-day'],
  ['instant', { dtg: '310204ZFEB21' }, 'no-such-moment'],
  ['instant', { dtg: '290000ZFEB21' }, 'no-such-moment'],
  ['instant', { dtg: '062404ZNOV21' }, 'no-such-moment'],
  ['instant', { dtg: '061260ZNOV21' }, 'no-such-moment'],
  ['instant', { dtg: '312359YDEC9999' }, 'no-such-moment'],
  ['instant-of-range', { value: '061204JNOV21-071204ZNOV21' }, 'local-zone', { with: { end: 'from' } }],
  ['instant-of-range', { value: 'soon' }, 'form', { with: { end: 'from' } }],
  ['sidc', { type: 'PSU', realm: 'PERHAPS' }, 'realm'],
  ['sidc15', { type: 'PSU', realm: 'PERHAPS' }, 'realm'],
  ['sidc', { type: 'PSU', partner: '99131000142007001400' }, 'realm'],
  ['sidc', { type: 'PSU', realm: 'REAL', partner: '10131000142007001400' }, 'mixed'],
  ['sidc15', { realm: 'REAL', status: 'CANCELLED', partner: '10231000149999000000' }, 'mixed'],
  ['sidc15', { status: 'CANCELLED', realm: 'TEST' }, 'realm-lost'],
  ['sidc', { realm: 'EXERCISE' }, 'realm-lost'],
  ['command', { value: 'GOLD', realm: 'PERHAPS' }, 'realm', { with: { as: 'symbol' } }],
  ['sidc-kept', { value: 'SFGPUULC---D---' }, 'form'],
  ['sidc-kept', { value: '20031000142007001400' }, 'version'],
  ['sidc-kept', { value: '10331000142007001400' }, 'context'],
  ['sidc-kept', { value: '10071000142007001400' }, 'identity'],
  ['sidc-kept', { value: '10039900142007001400' }, 'symbol-set'],
  ['sidc-kept', { value: '10031060142007001400' }, 'status'],
  ['sidc-kept', { value: '10031008142007001400' }, 'hq'],
  ['sidc-kept', { value: '10031000192007001400' }, 'amplifier'],
  ['sidc-kept', { value: '10031000312007001400' }, 'amplifier'],
  ['sidc-kept', { value: '10031000142099001400' }, 'entity'],
  ['sidc-kept', { value: '10031000142007007900' }, 'modifier'],
  ['sidc-kept', { value: '10031000142007001458' }, 'modifier'],
  ['sidc-kept', { value: '10051000142007001400' }, 'identity'],
  ['sidc-kept', { value: '10061000142007001400' }, 'identity'],
  ['sidc-kept', { value: '10031100001104000000' }, 'civil-identity'],
  ['sidc-kept', { value: '10034000001201000000' }, 'civil-identity'],
  ['sidc-kept', { value: '10004000001101100000' }, 'civil-identity'],
  ['sidc-kept', { value: '10031000142007001400', realm: 'EXERCISE' }, 'realm'],
  ['sidc-kept', { value: '10131000142007001400', realm: 'REAL' }, 'realm'],
  ['sidc15-kept', { value: 'XFGPUULC---D---' }, 'form'],
  ['sidc15-kept', { value: 'SFGPUULC' }, 'form'],
  ['sidc15-kept', { value: 'SZGPUULC---D---' }, 'identity'],
  ['sidc15-kept', { value: 'SFGZUULC---D---' }, 'status'],
  ['sidc15-kept', { value: 'SFGPUULC---Z---' }, 'size'],
  ['sidc15-kept', { value: 'SFGPUULC--MA---' }, 'size'],
  ['sidc15-kept', { value: 'OFGP-----------' }, 'civil-identity'],
  ['sidc15-kept', { value: 'SHGPUULC---D---' }, 'identity'],
  ['sidc15-kept', { value: 'SKGPUULC---D---' }, 'identity'],
  ['sidc-of-sidc15', { value: 'SFGPUULC---D---', realm: 'EXERCISE' }, 'realm'],
  ['sidc15-of-sidc', { value: '10031000142099001400' }, 'entity'],
  ['crowd-symbol', { value: true, realm: 'PERHAPS' }, 'realm', { with: { as: 'sidc' } }],
  ['unit-type', { value: '10031000142099001400' }, 'entity'],
  ['unit-type', { value: '10061000142007001400' }, 'identity'],
  ['realm', { value: 'PERHAPS' }, 'unknown', { target: ['REAL', 'EXERCISE'] }],
  ['realm', { symbols: ['10031000142007001400', '10131000142007001400'] }, 'mixed', REALMS],
  ['realm', { symbols: '10031000142007001400', letters: 'SDGPUULC---D---' }, 'mixed', REALMS],
  ['realm', { value: 'REAL', letters: 'SDGPUULC---D---' }, 'mixed', REALMS],
  ['realm', { symbols: [{ s: '10731000142007001400' }] }, 'symbol', { ...REALMS, with: { symbol: 's' } }],
  ['realm', { letters: 'S?GPUULC---D---' }, 'symbol', REALMS],
  ['realm', { value: 'PERHAPS', letters: 'SDGPUULC---D---' }, 'unknown', REALMS],
  ['realm', { value: '10031000142007001400', letters: 'SDGPUULC---D---' }, 'mixed', REALMS],
  ['status', { value: 17 }, 'unknown', { with: { as: 'activity' }, type: 'enum' }],
  ['status', { value: -1 }, 'unknown', { with: { as: 'alert' }, type: 'bool' }],
  [
    'status',
    { value: 99 },
    'unknown',
    { with: { as: 'activity', codes: 'met' }, tables: { met: { 21: '6' } } },
  ],
  ['effectiveness', { value: 'XX' }, 'unknown', { with: { to: 'status' } }],
  ['event-of-code', { value: 'ATTACK' }, 'guarded', EVENTS],
  ['event-of-code', { value: 'DMNSTR' }, 'guarded', EVENTS],
  ['event-of-code', { value: 'NOSUCH' }, 'unknown', EVENTS],
  [
    'event-symbol',
    { value: 'A', realm: 'PERHAPS' },
    'realm',
    { with: { table: 'e', as: 'sidc' }, tables: { e: { A: '120100' } }, source: ['A'] },
  ],
  ['rank-of-code', { value: 'OF-11' }, 'unknown', { with: { by: 'seniority' } }],
  ['rank-of-code', { value: 'Colonel' }, 'unknown', { with: { by: 'span' } }],
  ['strength-total', { total: 24, inspectors: 1, sergeants: 3, constables: 18, drivers: 3, staff: 0 }, 'sum'],
  ['strength-sum', { officers: 2, others: 20, total: 23 }, 'sum'],
  ['realm', { symbols: [{ a: '10931000151211000000' }] }, 'symbol', { ...REALMS, with: { symbol: 'a' } }],
  ['realm', { letters: [{ b: 'SQGPUCI----E---' }] }, 'symbol', { ...REALMS, with: { letter: 'b' } }],
  ['sidc-unless-kept', { type: 'PSU', realm: 'PERHAPS' }, 'realm'],
  ['sidc-unless-kept', { sidc: '10031000142007001400', realm: 'EXERCISE' }, 'realm'],
  ['sidc-unless-kept', { sidc: '10061000142007001400' }, 'identity'],
  ['sidc-unless-kept', { sidc: '10131000142007001400', realm: 'REAL' }, 'mixed'],
  ['sidc15-unless-kept', { sidc15: 'SDGPQQQ----E---', realm: 'REAL' }, 'mixed'],
  ['sidc-unless-kept', { sidc: '10031000142007001400', sidc15: 'SDGPQQQ----E---' }, 'mixed'],
  ['sidc15-unless-kept', { sidc15: 'SDGPQQQ----E---' }, 'realm-untold'],
  ['sidc-unless-kept', { type: 'MILITARY_OTHER', realm: 'EXERCISE' }, 'realm-untold'],
  ['sidc-unless-kept', { realm: 'TEST' }, 'realm-untold'],
  ['sidc15-unless-kept', { sidc15: 'SDGPQQQ----E---', realm: 'EXERCISE' }, 'realm-untold'],
  ['speed', { value: -1 }, 'negative', TO_KMH],
  ['bearing', { value: 361 }, 'range', MILS],
  ['bearing', { value: -0.1 }, 'range', MILS],
  ['label', { value: { policy: 'UK-GSC', descriptor: 'PERSONAL' } }, 'descriptor', NARROW_LABEL],
  ['marking', { value: 'OFFICIAL' }, 'form', TO_NATO],
  ['marking', { value: { policy: 'FR', classification: 'SECRET' } }, 'policy', TO_NATO],
  ['marking', { value: { policy: 'UK-GSC', classification: 'CONFIDENTIAL' } }, 'classification', TO_NATO],
  ['marking', { value: { policy: 'UK-GSC', classification: 'TOP SECRET' } }, 'top-secret', TO_NATO],
  [
    'marking',
    { value: { policy: 'NATO', classification: 'COSMIC TOP SECRET' } },
    'top-secret',
    { with: { to: 'UK-GSC' } },
  ],
  [
    'marking',
    {
      value: {
        policy: 'UK-GSC',
        classification: 'OFFICIAL',
        categories: [{ tag: 'LOCSEN', type: 'RESTRICTIVE', values: [] }],
      },
    },
    'category',
    TO_NATO,
  ],
  ['grade', { value: 4 }, 'unknown', { with: { to: 'reliability' } }],
  ['grade', { value: 'G' }, 'unknown', { with: { to: 'source' } }],
  ['shape-of-mgrs', { value: ['30UVG2039', 12], form: 'LINE' }, 'form'],
  ['shape-of-mgrs', { value: ['30UVG2039', '30UVG203'], form: 'LINE' }, 'odd-digits'],
  ['time-of-event', { value: 'Move', events: [{ event: 'Move', dtg: '061204JNOV21' }] }, 'local-zone'],
  ['word-of-verb', { value: 'ATTACK' }, 'combat', VERBS],
  ['word-of-verb', { value: 'seizing' }, 'combat', VERBS],
  ['word-of-verb', { value: 'patrol and Contained' }, 'combat', VERBS],
  ['word-of-verb', { value: 'denies' }, 'combat', VERBS],
]

void t.test('each refusal has its code', async t => {
  for (const [name, slots, code, written] of REFUSALS)
    t.equal(outcomeOf(convert(name, slots, written)), code, `${name} ${JSON.stringify(slots)}`)
})

const folder = new URL('../../src/translation/converters/', import.meta.url)
const files = readdirSync(folder).map(file => readFileSync(new URL(file, folder), 'utf8'))

void t.test('every converter has a card, and the cards name every code', async t => {
  for (const text of files)
    for (const [, before = '', name = ''] of text.matchAll(/([\s\S]*?)export const (\w+): Converter\b/g)) {
      const card = before.slice(before.lastIndexOf('/**'))
      t.match(card, /Slots?\b[\s\S]*Gives:[\s\S]*Loss:/, name)
    }
  for (const code of new Set(REFUSALS.map(([, , one]) => one))) t.match(files.join('\n'), `\`${code}\``, code)
})

/** What cannot be said in the other vocabulary is left out, with a reason; the document goes on. */
const LEFT_OUT: readonly Case[] = [
  ['mgrs', { value: { lat: 55, lon: -4, accuracyM: 200_000 } }, 'UNMAPPED'],
  ['osgr', { value: { lat: 33.9, lon: 35.5 } }, 'UNMAPPED'],
  ['osgr-of-mgrs', { value: '36SYC3182353543' }, 'UNMAPPED'],
  ['instant', { dtg: 'H+2' }, 'UNMAPPED'],
  ['instant', { dtg: 'D-DAY' }, 'UNMAPPED'],
  ['instant', { dtg: '06NOV21' }, 'UNMAPPED'],
  ['dtg', { value: '2021' }, 'UNMAPPED'],
  ['sidc-of-sidc15', { value: 'SFGPUUL--------' }, 'UNMAPPED'],
  ['sidc-of-sidc15', { value: 'SFGPQQQ--------' }, 'UNMAPPED'],
  ['sidc15-of-sidc', { value: '13031000142007001400' }, 'UNMAPPED'],
  ['status', { value: 12 }, 'UNMAPPED', { with: { as: 'activity' } }],
  ['status', { value: 0 }, 'UNMAPPED', { with: { as: 'deployment' } }],
  ['bearing', { value: 90, north: 'GRID' }, 'UNMAPPED', MILS],
  ['altitude', { value: { value: 20 } }, 'UNMAPPED'],
  ['height', { value: { value: 20, datum: 'MSL' } }, 'UNMAPPED', { with: { datum: 'HAE' } }],
  ['effectiveness', { value: 'UNK' }, 'UNMAPPED', { with: { to: 'availability' } }],
  ['event-of-code', { value: 'VOLCAN' }, 'UNMAPPED', EVENTS],
  ['strength-part', { value: 'about twenty' }, 'UNMAPPED', { with: { part: 'sergeants' } }],
  ['strength-sum', { officers: 'below 5', others: 20 }, 'UNMAPPED'],
  ['strength-sum', { officers: 4 }, 'UNMAPPED'],
  ['sidc-unless-kept', { type: 'MILITARY_POLICE' }, 'UNMAPPED'],
  ['sidc15-unless-kept', { type: 'p-00ff' }, 'UNMAPPED'],
  ['sidc-unless-kept', { type: 'PSU', status: 'Rejected' }, 'UNMAPPED'],
  ['rank-unless-kept', { value: 'p-00ff' }, 'UNMAPPED', { with: { by: 'span' } }],
  ['status-unless-kept', { kept: 'p-00ff', value: 6 }, 'UNMAPPED', { with: { as: 'status' } }],
  ['code', { value: 'p-00ff' }, 'UNMAPPED', { source: ['A'], target: ['A'] }],
  ['police-role', { value: 'COMMANDING_OFFICER' }, 'UNMAPPED'],
  ['word-of-verb', { value: 'ON CALL' }, 'UNMAPPED', VERBS],
  ['word-of-verb', { value: 'MOVE CONTAINERS' }, 'UNMAPPED', VERBS],
  ['beside-verb', { value: 'A COY', verb: 'MOVE' }, 'UNMAPPED', VERBS],
  ['number-of-coded', { value: 'Recovery' }, 'UNMAPPED'],
  ['part-of-coded', { value: 'Recovery: home' }, 'UNMAPPED', { with: { part: 'code', numbered: 'yes' } }],
  ['coded', { number: 3 }, 'UNMAPPED'],
  ['urn-of-references', { value: ['Map'] }, 'UNMAPPED'],
  ['shape-of-mgrs', { value: ['30UVG2039', '30UVG2040'] }, 'UNMAPPED'],
  ['shape-of-mgrs', { value: ['30UVG2039', '30UVG2040'], form: 'LINE' }, 'UNMAPPED'],
  ['shape-of-mgrs', { value: [], form: 'POINT' }, 'UNMAPPED'],
]

void t.test('what has no counterpart is left out and said so', async t => {
  for (const [name, slots, outcome, written] of LEFT_OUT) {
    const converted = convert(name, slots, written)
    t.equal(outcomeOf(converted), outcome, `${name} ${JSON.stringify(slots)}`)
    t.ok(converted?.kind === 'unmapped' && converted.manner.note, `${name} gives a reason`)
  }
})

/** What a mapping must not say; found when it is loaded. */
const COMPLAINTS: readonly (readonly [string, Written, RegExp])[] = [
  ['speed', { with: { to: 'knots' } }, /parameter-value: `to`/],
  ['speed', { with: { to: 'kmh', from: 'knots' } }, /parameter-value: `from`/],
  ['bearing', { with: { to: 'mils', north: 'UP' } }, /parameter-value: `north`/],
  ['height', {}, /parameter-value: `datum`/],
  ['dtg', { with: { seconds: 'perhaps' } }, /parameter-value: `seconds`/],
  ['instant', { with: { zone: 'first' } }, /parameter-value: `zone`/],
  ['instant-of-range', {}, /parameter-value: `end`/],
  ['osgr', { with: { accuracyM: '0' } }, /parameter-value: `accuracyM`/],
  ['marking', { with: { to: 'FR' } }, /parameter-value: `to`/],
  ['marking', { with: { to: 'NATO', official: 'maybe' } }, /parameter-value: `official`/],
  ['grade', { with: { to: 'reliability' }, source: ['1', '4'] }, /enum-unmapped.*`4`/],
  ['grade', { with: { to: 'reliability' }, target: ['B', 'F'] }, /enum-value.*`E`/],
  ['grade', { with: { to: 'reliability' }, type: 'count' }, /type-mismatch/],
  ['realm', { target: ['REAL'] }, /realm-lost/],
  ['realm', { target: ['REAL', 'EXERCISE', 'PERHAPS'] }, /realm-unknown.*`PERHAPS`/],
  ['realm', { source: ['LIVE'], target: ['REAL', 'EXERCISE'] }, /realm-unknown.*`LIVE`/],
  ['strength-total', { with: { larger: 'keep' } }, /parameter-value: `larger`/],
  ['code', { source: ['A', 'B'], target: ['A'] }, /enum-value.*`B`/],
  ['rank-of-code', { with: { by: 'seniority' }, target: ['PC'] }, /enum-value.*`SGT`/],
  ['rank', { with: { by: 'seniority' }, source: ['MARSHAL'] }, /enum-unmapped.*`MARSHAL`/],
  ['status', { with: { as: 'activity', codes: 'met' } }, /table-unknown.*`met`/],
  ['status', { with: { as: 'activity', codes: 'met' }, tables: { met: { 21: '17' } } }, /enum-value.*`17`/],
  [
    'event',
    { with: { table: 'e' }, tables: { e: { A: 'DMNSTR' } }, source: ['A'] },
    /event-guarded.*`DMNSTR`/,
  ],
  [
    'event',
    { with: { table: 'e' }, tables: { e: { A: 'VANDAL' } }, source: ['A'] },
    /event-guarded.*`VANDAL`/,
  ],
  [
    'event',
    { with: { table: 'e' }, tables: { e: { A: 'ATTACK' } }, source: ['A'] },
    /event-guarded.*`ATTACK`/,
  ],
  ['event', { with: { table: 'e' }, tables: { e: { A: 'NONE' } }, source: ['A'] }, /event-unknown.*`NONE`/],
  ['event', { with: { table: 'e' }, tables: { e: { A: 'FIRE' } }, source: ['A', 'B'] }, /enum-unmapped.*`B`/],
  ['event', { with: { table: 'f' } }, /table-unknown.*`f`/],
  [
    'event',
    { with: { table: 'e' }, tables: { e: { A: 'RIOT' } }, source: ['A'], target: ['RIOT'] },
    /enum-value.*CIVUNR/,
  ],
  ['event-of-code', { with: { table: 'e' }, tables: { e: { ATTACK: 'A' } } }, /event-guarded.*`ATTACK`/],
  ['event-of-code', { with: { table: 'e' }, tables: { e: { FIRE: 'B' } }, target: ['A'] }, /enum-value.*`B`/],
  [
    'event-symbol',
    { with: { table: 'e', as: 'sidc' }, tables: { e: { A: '999999' } }, source: ['A'] },
    /entity-unknown.*`999999`/,
  ],
  [
    'table',
    { with: { table: 'e' }, tables: { e: { PROTEST: 'DMNSTR' } }, source: ['PROTEST'] },
    /false-friend/,
  ],
  [
    'table',
    { with: { table: 'e' }, tables: { e: { CONTAINMENT: 'CONTAIN' } }, source: ['CONTAINMENT'] },
    /false-friend/,
  ],
  [
    'table',
    { with: { table: 'e' }, tables: { e: { TACTICAL: 'TACTICAL' } }, source: ['TACTICAL'] },
    /false-friend/,
  ],
  ['word-of-verb', { ...VERBS, target: ['DOGS'] }, /enum-value.*`HIGH_VISIBILITY_PATROL`/],
  ['word-of-verb', { with: { table: 'v' }, tables: { v: { BLOCK: 'CORDON' } } }, /verb-guarded.*`BLOCK`/],
  ['word-of-verb', { with: { table: 'v' }, tables: { v: { HALT: 'DMNSTR' } } }, /false-friend/],
  ['beside-verb', { with: { table: 'w' } }, /table-unknown.*`w`/],
  ['part-of-coded', { with: { part: 'number' } }, /parameter-value: `part`/],
  ['part-of-coded', { with: { part: 'code', alone: 'drop' } }, /parameter-value: `alone`/],
  ['time-of-event', { with: { numbered: 'perhaps' } }, /parameter-value: `numbered`/],
]

void t.test('a mapping that names a converter wrongly is told when it is loaded', async t => {
  for (const [name, written, says] of COMPLAINTS)
    t.match(complaintsOf(name, written).join('\n'), says, `${name} ${JSON.stringify(written)}`)
})

/** What each converter can say, once it is there; its target takes none of it. */
const RESULTS: readonly (readonly [converter: string, slots: JsonObject, written?: Written])[] = [
  ['altitude', { value: { value: 12, datum: 'MSL' } }],
  ['altitude-of-height', { value: 12 }, { with: { datum: 'HAE' } }],
  ['beside-verb', { value: 'A', verb: 'PATROL' }, { ...VERBS, room: TIGHT }],
  ['bearing', { value: 1600 }, { with: { to: 'degrees' } }],
  ['code', { value: 'A' }, { source: ['A'] }],
  ['coded', { code: 'A', text: 'B' }, { room: TIGHT }],
  ['command', { value: 'GOLD' }, { with: { as: 'role' } }],
  ['command', { value: 'GOLD' }, { with: { as: 'level' } }],
  ['command', { value: 'GOLD' }, { with: { as: 'symbol' } }],
  ['constant', { value: 'A' }, { with: { value: 'B' } }],
  ['constant-unless-kept', { value: 'A' }, { with: { value: 'B' } }],
  ['crowd-symbol', { value: true }, { with: { as: 'sidc' } }],
  ['dtg', { value: '2021-11-06T12:04:31Z' }],
  ['dtg-range', { from: '2021-11-06T12:04:31Z' }],
  ['effectiveness', { value: 'FO' }, { with: { to: 'availability' } }],
  ['event', { value: 'A' }, { with: { table: 'e' }, tables: { e: { A: 'CIVDML' } }, source: ['A'] }],
  ['event-kind', { value: 'A' }, { source: ['A'] }],
  ['event-of-code', { value: 'CIVDML' }, EVENTS],
  [
    'event-symbol',
    { value: 'A' },
    { with: { table: 'e', as: 'sidc15' }, tables: { e: { A: '120100' } }, source: ['A'] },
  ],
  ['figure', { value: { A: 1 } }, { source: ['A'], target: ['A'] }],
  ['form-of-shape', { value: { type: 'Point', coordinates: [0, 51] } }],
  ['grade', { value: 1 }, { with: { to: 'reliability' } }],
  ['instant', { value: '2021-11-06T12:04:31Z' }],
  ['instant-of-range', { value: 'FROM 061204ZNOV21' }, { with: { end: 'from' } }],
  ['marking', { value: { policy: 'UK-GSC', classification: 'OFFICIAL' } }, TO_NATO],
  ['mgrs', { value: { lat: 55.8639, lon: -4.2719 } }],
  ['mgrs-of-osgr', { value: 'NS 57916 65747' }],
  ['osgr', { value: { lat: 55.8639, lon: -4.2719 } }],
  ['osgr-of-mgrs', { value: '30UVG20399166' }],
  ['part-of-coded', { value: 'A: B' }, { with: { part: 'code' }, room: TIGHT }],
  ['place-of-mgrs', { value: '30UVG20399166' }],
  ['place-of-osgr', { value: 'NS 57916 65747' }],
  ['point-of-mgrs', { value: '30UVG20399166' }],
  ['police-role', { value: 'SUPPORTED_AUTHORITY' }],
  ['rank', { value: 'CC' }, { with: { by: 'seniority' } }],
  ['rank-of-code', { value: 'OF-2' }, { with: { by: 'span' } }],
  ['rank-unless-kept', { value: 'CC' }, { with: { by: 'seniority' } }],
  ['sentences', { value: [{ t: 'A' }] }, { with: { text: 't' }, room: TIGHT }],
  ['serial', { value: 3 }],
  ['shape', { value: { type: 'Point', coordinates: [0, 51] } }],
  ['shape-of-mgrs', { value: '30UVG20399166' }],
  ['sidc', { type: 'PSU' }],
  ['sidc-kept', { value: '10031000142007001400' }],
  ['sidc-of-sidc15', { value: 'SFGPUULC---D---' }],
  ['sidc-unless-kept', { type: 'PSU' }],
  ['sidc15', { type: 'PSU' }],
  ['sidc15-kept', { value: 'SFGPUULC---D---' }],
  ['sidc15-of-sidc', { value: '10031000142007001400' }],
  ['sidc15-unless-kept', { type: 'PSU' }],
  ['state', { alert: true }],
  ['status', { value: 5 }, { with: { as: 'activity' }, type: 'enum' }],
  ['status-unless-kept', { value: 5 }, { with: { as: 'activity' }, type: 'enum' }],
  ['strength-breakdown', { inspectors: 1, sergeants: 3, constables: 18 }],
  ['strength-part', { value: '1-3-18' }, { with: { part: 'sergeants' } }],
  ['table', { value: 'A' }, { with: { table: 'e' }, tables: { e: { A: 'B' } }, source: ['A'] }],
  ['text', { value: 'A' }, { room: TIGHT }],
  ['time-of-event', { value: 'A', events: [{ event: 'A', dtg: '061204ZNOV21' }] }],
  ['track', { value: 'PSU-GMP-021' }, { room: TIGHT }],
  ['unit-of-track', { track: 'GMP.PSU-GMP-021' }, { room: TIGHT }],
  ['unit-type', { value: '10031000142007001400' }],
  ['urn-of-references', { own: 'A' }, { room: TIGHT }],
  ['word-of-verb', { value: 'PATROL' }, VERBS],
]

/** What needs no such look: numbers are checked by their range, the others say words of the target itself, or true or false. */
const SEEN_OTHERWISE: readonly string[] = [
  'accuracy-of-mgrs count height number-of-coded speed strength-sum strength-total',
  'flag label realm source-of-place',
].flatMap(names => names.split(' '))

void t.test('no converter gives what its target does not take, and one that never could is told', async t => {
  const names = new Set([...RESULTS.map(([name]) => name), ...SEEN_OTHERWISE])
  t.same([...names].toSorted(), Object.keys(CONVERTERS).toSorted(), 'all of them are looked at')
  let told = 0
  for (const [name, slots, written = {}] of RESULTS) {
    t.match(convert(name, slots, written), { kind: 'value' }, `${name} has something to say`)
    const room = { ...ROOMY, ...written.room, accepts: () => false, acceptsMember: () => false }
    const complaints = complaintsOf(name, { ...written, room })
    if (complaints.length > 0) {
      told++
      t.match(complaints[0], /^value-unfit: `.+` is not a value of `target/, name)
    } else t.not(convert(name, slots, { ...written, room })?.kind, 'value', name)
  }
  t.ok(told > 30, `${told} are told when the mapping is loaded`)
})

void t.test('no converter throws, whatever stands in the document', async t => {
  const odd = [
    null,
    true,
    '',
    '*',
    'p-00ff',
    -1,
    1.5,
    1e300,
    [],
    [1],
    {},
    { lat: 'x' },
    { value: 1 },
    'below 5',
    '2021-11',
  ]
  for (const [name, converter] of Object.entries(CONVERTERS)) {
    const run = converter.compile({
      rule: 'r',
      sources: converter.slots.map(slot => ({
        path: slot.name,
        type: slot.types[0] ?? 'text',
        values: undefined,
      })),
      target: { path: 'target', type: converter.gives[0] ?? 'text', values: undefined },
      room: ROOMY,
      parameters: new Map(),
      tables: new Map(),
      complain: () => undefined,
    })
    for (const value of odd)
      for (const others of odd) {
        const values = converter.slots.map((_, index) => (index === 0 ? value : others) ?? undefined)
        const converted = run(values, {
          provider: 'northshire-police' as never,
          label: { policy: 'UK-GSC', classification: 'OFFICIAL' },
          receivedAt: Date.UTC(2021, 10, 6),
          exchangeId: 'x',
        })
        if (converted !== undefined && converted.kind === 'value' && converted.value === undefined)
          t.fail(name)
      }
    t.pass(name)
  }
})
