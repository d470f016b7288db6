import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { schemaCommand } from '../../src/cli/schema.ts'
import { tableLines } from '../../src/cli/table.ts'
import { translateCommand } from '../../src/cli/translate.ts'
import { describeSchema } from '../../src/contract/contract.ts'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import { jsonIn, runCommand } from '../policy/commands/run.ts'
import { dig } from '../support/dig.ts'
import { mappingSource, schemas } from './support.ts'

const registry = schemas()
const directory = mkdtempSync(join(tmpdir(), 'concordat-translate-'))
t.teardown(() => rmSync(directory, { recursive: true, force: true }))

const schema = (...args: readonly string[]) => runCommand(schemaCommand, directory, args)
const translate = (...args: readonly string[]) => runCommand(translateCommand, directory, args)

function file(name: string, content: Json | string): string {
  writeFileSync(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content))
  return name
}

const LABEL = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }
const POSITION: JsonObject = {
  unitId: 'PSU-GMP-021',
  callsign: 'GOLF 21',
  at: '2021-11-06T12:04:31Z',
  position: { lat: 55.8639, lon: -4.2719, accuracyM: 10, source: 'MACHINE.GPS' },
  courseDeg: 92,
  speedMph: 2.5,
  state: 6,
  seq: 12,
  label: LABEL,
}
const THERE = ['--from', 'police.unitPosition', '--to', 'army.positionReport'] as const

void t.test('schema list names every version of every schema', async t => {
  const { out, err, code } = await schema('list')
  t.same({ err, code }, { err: '', code: 0 })
  const [head = '', ...rows] = out.trimEnd().split('\n')
  t.match(head, /^resource +version +vocabulary +title +items +digest$/)
  const all = [...registry.values()]
  t.equal(rows.length, all.length)
  for (const { resource, version, catalogue } of all) {
    const row = rows.find(one => one.startsWith(`${resource} `) && one.includes(` ${version} `))
    t.match(row, ` ${catalogue.leaves.size} `, resource)
    t.match(row, catalogue.digest)
  }
  const json = jsonIn((await schema('list', '--json')).out)
  t.same(dig(json, 0, 'vocabulary'), 'army')
  t.equal(Array.isArray(json) && json.length, all.length)
})

void t.test('schema show is a table that an officer can read', async t => {
  const { out, code } = await schema('show', 'police.mutualAidRequest')
  t.equal(code, 0)
  t.match(out, /^police\.mutualAidRequest \d+\.\d+\.\d+: Request for mutual aid\n/)
  t.match(out, /item +holds +unit +kind +conditions +meaning/)
  t.match(out, /\nid \* +identifier +public +Identifier of the message/)
  t.match(out, /\ntier +whole number, 1 to 3 .* yes /)
  t.match(out, /\ncosting\.estimateGBP +number, 0 to 1000000000 +GBP +operational/)
  t.match(out, /\nlines\[\]\.skill +one of PSU_L1, .* and \d+ more \(code list police-skills\) /)
  t.match(
    out,
    /\nlists: lines\[\] up to 200, lines\[\]\.equipment\[\] up to 60, lines\[\]\.planningUnits\[\] up to 400\n/,
  )
  t.match(out, /\nrequestedBy\.tel +telephone number, or not known +personal/)
  const rows = out.split('\n').filter(line => /^[a-zA-Z[\].]+(?: \*)? {2,}/.test(line))
  t.equal(
    rows.length - 1,
    registry.catalogueOf('police.mutualAidRequest')?.leaves.size,
    'every item has a row',
  )
  const position = await schema('show', 'army.positionReport')
  t.match(position.out, /\nstrength +whole number, 0 to 40000, or a band /)
})

void t.test('schema show gives the schema itself, and any version of it', async t => {
  for (const resource of ['police.operation', 'army.opord@1.0.0', 'joint.macaRequest']) {
    const [name = '', version] = resource.split('@')
    const { out, code } = await schema('show', resource, '--json')
    t.equal(code, 0)
    t.same(jsonIn(out), registry.get(name, version)?.source, resource)
  }
  const unknown = await schema('show', 'police.operations')
  t.equal(unknown.code, 2)
  t.match(unknown.err, /there is no schema police\.operations; there are .*police\.operation/)
  const old = await schema('show', 'police.unitPosition@0.1.0')
  t.equal(old.code, 2)
  t.match(old.err, /has no version 0\.1\.0; it has \d/)
})

void t.test('every item of every schema says what it holds and what it means', t => {
  for (const one of registry.values()) {
    const { title, description, leaves, lists } = describeSchema(one)
    t.ok(title !== '' && description !== '', one.resource)
    t.same(
      leaves.map(({ path }) => path),
      [...one.catalogue.leaves.keys()],
    )
    t.same(
      leaves.filter(leaf => leaf.description === '').map(({ path }) => path),
      [],
      'all say what they mean',
    )
    t.same(
      leaves.filter(leaf => leaf.holds === '' || leaf.holds.length > 200).map(({ path }) => path),
      [],
    )
    const unbounded = [...one.catalogue.items.keys()].filter(path => !lists.some(list => list.path === path))
    t.same(unbounded, [], 'every list is bounded')
  }
  t.end()
})

void t.test('translate tells the document and every loss', async t => {
  const name = file('position.json', POSITION)
  const { out, err, code } = await translate(
    name,
    ...THERE,
    '--provider',
    'northshire-police',
    '--at',
    '2021-11-06T12:05:00Z',
  )
  t.equal(code, 0)
  const document = jsonIn(out)
  t.match(document, {
    mgrs: '30UVG20399166',
    track: 'GMP.PSU-GMP-021',
    dtg: '061204ZNOV21',
    originatorLabel: LABEL,
  })
  t.equal(registry.get('army.positionReport')?.check(document), undefined)
  t.match(err, /^path +outcome +rule +error +note\n/)
  t.match(err, /\n\/mgrs +APPROXIMATED +geo\.mgrs\.8 +7\.1 m\n/)
  t.match(
    err,
    /\n\/sidc15 +DEFAULTED +unit\.psu\.15 +public-order modifier not expressible; taken as real; does not come back\n/,
  )
  t.match(err, /\n\d+ EXACT, /)
  const json = jsonIn((await translate(name, ...THERE, '--json', '--at', '2021-11-06T12:05:00Z')).out)
  t.same(dig(json, 'document', 'mgrs'), '30UVG20399166')
  t.match(dig(json, 'report'), [{ path: '/track', outcome: 'EXACT' }])
  t.equal(dig(json, 'resource'), 'army.positionReport')
  const out2 = await translate(name, ...THERE, '--out', 'order.json', '--label', 'SECRET')
  t.equal(out2.out, '', 'what goes into a file is not printed too')
  t.match(jsonIn(readFileSync(join(directory, 'order.json'), 'utf8')), {
    originatorLabel: { classification: 'SECRET', sensitive: false },
  })
})

void t.test('translate stops where a document is not what it should be', async t => {
  const bad = await translate(file('bad.json', { ...POSITION, unitId: 7 }), ...THERE)
  t.equal(bad.code, 1)
  t.equal(bad.out, '')
  t.match(bad.err, /bad\.json does not meet police\.unitPosition \d\S+ at \/unitId: must be string/)
  const strange = await translate(file('strange.json', { ...POSITION, secretPlan: 'x' }), ...THERE, '--json')
  t.equal(strange.code, 1)
  t.match(jsonIn(strange.out), { invalid: { schema: 'police.unitPosition', pointer: '' } })
  const covert = await translate(file('covert.json', { ...POSITION, covert: true }), ...THERE)
  t.equal(covert.code, 1)
  t.match(covert.err, 'blocked by the rule covert.unit')
  t.match(jsonIn((await translate('covert.json', ...THERE, '--json')).out), {
    blocked: { rule: 'covert.unit' },
  })
  t.equal((await translate(file('list.json', '[]'), ...THERE)).code, 1)
  t.match(await translate(file('twice.json', '{"unitId":"a","unitId":"b"}'), ...THERE), {
    code: 1,
    err: /not I-JSON/,
  })
  const { label: _label, ...bare } = POSITION
  t.match(await translate(file('bare.json', bare), ...THERE), { code: 2, err: /--label/ })
  t.equal((await translate('bare.json', ...THERE, '--label', 'OFFICIAL')).code, 0)
})

void t.test('translate says what it was asked wrongly', async t => {
  const name = file('position.json', POSITION)
  const asked = async (...args: readonly string[]) => {
    const { code, err } = await translate(name, ...args)
    t.equal(code, 2, args.join(' '))
    return err
  }
  t.match(
    await asked('--from', 'police.unitPosition', '--to', 'army.opord'),
    /no mapping from police\.unitPosition@\S+ to army\.opord@\S+; there are\n.*police\.unitPosition@\S+ to army\.positionReport/s,
  )
  t.match(await asked('--from', 'police.nothing', '--to', 'army.opord'), 'there is no schema police.nothing')
  t.match(await asked(...THERE, '--label', 'very secret'), '--label')
  t.match(await asked(...THERE, '--at', 'noon'), '--at')
  t.match(await asked(...THERE, '--provider', 'The Police'), '--provider')
  t.match(
    await asked(...THERE, '--format', 'edxl-rm'),
    'army.positionReport is not written as edxl-rm; there is cot, geojson',
  )
  await asked(...THERE, '--format', 'shapefile')
})

void t.test("a mapping of one's own is used, and told what is wrong with it", async t => {
  const name = file('position.json', POSITION)
  const text = mappingSource('police.unitPosition.to.army.positionReport')
  mkdirSync(join(directory, 'own'), { recursive: true })
  file(
    'own/coarse.yaml',
    text.replace('rule', 'rule').replace('with: { accuracyM: 100 }', 'with: { accuracyM: 1000 }'),
  )
  const { position: _position, ...rest } = POSITION
  const vague = file('vague.json', { ...rest, position: { lat: 55.8639, lon: -4.2719 } })
  const own = jsonIn((await translate(vague, ...THERE, '--mapping', 'own/coarse.yaml')).out)
  t.equal(dig(own, 'mgrs'), '30UVG2091')
  file(
    'own/broken.yaml',
    text.replace('convert: mgrs', 'convert: magic').replace('from: seq', 'from: sequence'),
  )
  await t.rejects(translate(name, ...THERE, '--mapping', 'own/broken.yaml'), /magic[\s\S]*sequence/)
  await t.rejects(
    translate(name, ...THERE, '--mappings', 'own', '--from', 'police.unitPosition', '--to', 'army.taskOrg'),
    /magic/,
    'a broken file is told where nothing else fits',
  )
})

void t.test('translate writes and reads the formats of others', async t => {
  const name = file('position.json', POSITION)
  const cot = await translate(name, ...THERE, '--format', 'cot')
  t.equal(cot.code, 0)
  t.match(
    cot.out,
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<event version="2\.0" uid="GMP\.PSU-GMP-021" type="a-f-G-U-U-L-C"/,
  )
  t.match(cot.err, '/mgrs', 'the report is told beside it')
  const map = jsonIn((await translate(name, '--from', 'police.unitPosition', '--format', 'geojson')).out)
  t.match(map, {
    type: 'Feature',
    geometry: { coordinates: [-4.2719, 55.8639] },
    properties: { marking: 'OFFICIAL-SENSITIVE' },
  })
  const { position: _position, ...nowhere } = POSITION
  const lacking = await translate(file('nowhere.json', nowhere), ...THERE, '--format', 'cot')
  t.match(lacking, { code: 1, err: /without a place it cannot be written as cot/ })
  const request = {
    id: 'm-1',
    reference: 'MA/1',
    hostForce: 'police-scotland',
    messageType: 'RequestResource',
    sentAt: '2021-08-01T10:00:00Z',
    lines: [{ line: 1, resourceType: 'PSU', skill: 'PSU_L2', quantity: 12 }],
    label: LABEL,
  }
  const aid = ['--from', 'police.mutualAidRequest'] as const
  const xml = await translate(
    file('request.json', request),
    ...aid,
    '--format',
    'edxl-rm',
    '--out',
    'request.xml',
  )
  t.equal(xml.code, 0, xml.err)
  const again = await translate('request.xml', ...aid, '--read', 'edxl-rm')
  t.same(jsonIn(again.out), request)
  t.equal(again.err, '', 'nothing was lost')
  const foreign = readFileSync(join(directory, 'request.xml'), 'utf8').replace(
    '<rmsg:AssignmentInformation>',
    '<rmsg:Surprise>x</rmsg:Surprise><rmsg:AssignmentInformation>',
  )
  t.match(
    (await translate(file('foreign.xml', foreign), ...aid, '--read', 'edxl-rm')).err,
    /lost with the format +why\n\/RequestResource\/ResourceInformation\/Surprise +our schema has no place for it/,
  )
  const hostile = await translate(
    file('hostile.xml', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
    ...aid,
    '--read',
    'edxl-rm',
  )
  t.match(hostile, { code: 1, err: /document-type/ })
  t.notMatch(hostile.err + hostile.out, 'root:')
  t.match(await translate('request.xml', '--from', 'police.mutualAidOffer', '--read', 'edxl-rm'), {
    code: 1,
    err: /is a police\.mutualAidRequest/,
  })
})

void t.test('a table keeps its columns whatever stands in it', t => {
  t.same(
    tableLines([
      ['a', 'bb', 'c'],
      ['ää', 'b', ''],
      ['x\u001b[2J', '\u202e', 'z'],
    ]),
    ['a      bb  c', 'ää     b', 'x [2J      z'],
  )
  t.same(tableLines([]), [])
  t.end()
})
