import { readdirSync } from 'node:fs'
import t from 'tap'
import { loadSchemas } from '../../src/contract/contract.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { type Agreement, compileAgreement } from '../../src/policy/policy.ts'
import { type Catalogue, type Leaf, ProblemsError } from '../../src/terms/terms.ts'
import { label, parts, policyWith } from '../policy/support.ts'
import { documentFolder, readObject, schemaFolder } from './schema-files.ts'

const registry = loadSchemas(schemaFolder)

/** What no agreement may share in any form. */
const NEVER: ReadonlySet<Leaf['sensitivity']> = new Set(['free-text', 'source-protection', 'covert'])

function catalogueOf(resource: string): Catalogue {
  const catalogue = registry.get(resource)?.catalogue
  if (catalogue === undefined) throw new Error(`there is no schema for ${resource}`)
  return catalogue
}

interface Written {
  readonly fields?: JsonObject
  readonly include?: JsonObject
  readonly conditions?: JsonObject
  readonly treatments?: JsonObject
  readonly [part: string]: Json | undefined
}

/** An agreement about one resource that shares whatever an agreement may share, but for what is given. */
function generousWith(resource: string, written: Written = {}): Agreement {
  const { conditions = {}, treatments = {}, fields, include, ...more } = written
  const { version, leaves, items } = catalogueOf(resource)
  const open = [...leaves.values()].filter(({ sensitivity, derived }) => !NEVER.has(sensitivity) && !derived)
  const about = {
    schema: { version },
    include: { ...Object.fromEntries([...items.keys()].map(list => [list, { all: 'every' }])), ...include },
    fields: { ...Object.fromEntries(open.map(({ path }) => [path, { all: 'share' }])), ...fields },
    ...more,
  }
  const source: unknown = JSON.parse(policyWith({ resource: about, conditions, treatments }))
  if (!isJsonObject(source)) throw new Error('the policy is not an object')
  const policy = {
    ...source,
    resources: { [resource]: about },
    samples: { one: { resource, label, document: {} } },
  }
  return compileAgreement(JSON.stringify(policy), 'policy.yaml', {
    ...parts,
    catalogueOf: name => registry.get(name)?.catalogue,
  })
}

function releasedBy(agreement: Agreement, resource: string, document: JsonObject): JsonObject | undefined {
  const decision = agreement.decide({
    resource,
    document,
    purpose: 'drill',
    role: 'planner',
    label,
    request: {},
    now: agreement.effectiveFrom,
  })
  return decision.kind === 'release' ? agreement.project(decision).document : undefined
}

function exampleOf(resource: string): JsonObject {
  return readObject(documentFolder, `${resource}.json`)
}

/** Every value in a document, by the path of its item. */
function valuesIn(value: Json, path = ''): readonly (readonly [path: string, value: Json])[] {
  if (Array.isArray(value)) return value.flatMap(entry => valuesIn(entry, `${path}[]`))
  if (!isJsonObject(value)) return [[path, value]]
  const below = Object.entries(value).flatMap(([name, member]) =>
    valuesIn(member ?? null, path === '' ? name : `${path}.${name}`),
  )
  return [[path, value], ...below]
}

/** Null says nothing; a band in the place of a number is what somebody else made of it, and is not passed on. */
function mayGo({ sensitivity, type }: Leaf, value: Json): boolean {
  if (NEVER.has(sensitivity) || value === null) return false
  return (type !== 'count' && type !== 'number') || typeof value === 'number'
}

void t.test('an agreement about any resource shares every item that may be shared, and no other', t => {
  const resources = readdirSync(documentFolder).map(file => file.replace(/\.json$/, ''))
  t.ok(resources.length >= 11)
  for (const resource of resources) {
    const example = exampleOf(resource)
    const { leaves } = catalogueOf(resource)
    const shown = releasedBy(generousWith(resource), resource, example)
    if (shown === undefined) throw new Error(`${resource} was not released`)
    const given = (path: string) => valuesIn(example).filter(([at]) => at === path)
    const told = (path: string) => valuesIn(shown).filter(([at]) => at === path)
    for (const [path, leaf] of leaves) {
      const expected = given(path).filter(([, value]) => mayGo(leaf, value))
      t.same(told(path), expected, `${resource} ${path}`)
    }
    t.equal(
      registry.get(resource)?.check(shown),
      undefined,
      `${resource}: what is left still meets the schema`,
    )
  }
  t.end()
})

/** Why an agreement cannot be made. */
function codesOf(make: () => Agreement): readonly string[] {
  try {
    make()
    return []
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map(({ code }) => code)
    throw error
  }
}

void t.test('no agreement can be written that shares what is never shared', t => {
  for (const resource of registry.keys()) {
    const secret = [...catalogueOf(resource).leaves.values()].filter(leaf => NEVER.has(leaf.sensitivity))
    for (const { path } of secret) {
      const fields = { [path]: { all: 'share' } }
      t.same(
        codesOf(() => generousWith(resource, { fields })),
        ['never-shared'],
        `${resource} ${path}`,
      )
    }
    t.same(
      codesOf(() => generousWith(resource)),
      [],
      `${resource}: everything else may be written`,
    )
  }
  t.end()
})

void t.test('intelligence goes sanitised or not at all, with its conditions', t => {
  const resource = 'police.intelligenceReport'
  const agreement = generousWith(resource, {
    conditions: { sanitised: { says: 'the report is sanitised', test: 'intelligenceReport.sanitised' } },
    redLines: [{ id: 'R1', says: 'Nothing leads to a source', drop: 'document', unless: 'sanitised' }],
  })
  const report = exampleOf(resource)
  const shown = releasedBy(agreement, resource, report)
  t.match(shown, { handling: 'C', handlingConditions: ['Not to be acted on without the originator'] })
  t.match(shown, { sourceEvaluation: 2, intelligenceAssessment: 'B', sanitisedText: String })
  for (const sanitised of [false, null])
    t.equal(releasedBy(agreement, resource, { ...report, sanitised }), undefined)
  t.end()
})

void t.test(
  'of a tactical plan goes what closes routes or uses force, and how many units are held back',
  t => {
    const resource = 'police.tacticalPlan'
    const agreement = generousWith(resource, {
      conditions: {
        'in-the-way': { says: 'the option closes routes', test: 'option.closesRoutes || option.usesForce' },
        tagged: { says: 'the plan says that partners may know', test: 'measure.properties.shared' },
      },
      include: {
        'tacticalOptions[]': { all: 'in-the-way' },
        'controlMeasures.features[]': { all: 'tagged' },
        'reserves[]': { all: 'none' },
      },
      derived: {
        'summary.reservesByType': {
          count: 'reserves[]',
          by: 'unitType',
          hideBelow: 5,
          roundTo: 5,
          says: 'how many are held back',
        },
      },
      fields: {
        'summary.reservesByType': { all: 'share' },
        'tacticalOptions[].trigger': { all: 'withhold' },
      },
    })
    const plan = exampleOf(resource)
    const [filter, reserve] = [plan['tacticalOptions'], plan['reserves']].map(list =>
      Array.isArray(list) ? list[0] : null,
    )
    if (!isJsonObject(filter) || !isJsonObject(reserve))
      throw new Error('the example has no option or no reserve')
    const patrol = { code: 'HIGH_VISIBILITY_PATROL', closesRoutes: false, usesForce: false }
    const reserves = Array.from({ length: 23 }, (_, index) => {
      return { ...reserve, unit: `PSU-NS-${index}`, unitType: index < 11 ? 'PSU' : 'DOG' }
    })
    const shown = releasedBy(agreement, resource, {
      ...plan,
      reserves,
      tacticalOptions: [patrol, filter, { code: 'DOGS' }],
    })
    if (shown === undefined) throw new Error('the plan was not released')
    const { trigger: _, ...filterShown } = filter
    t.same(
      shown['tacticalOptions'],
      [filterShown],
      'the others are left out, and so is what nobody has judged',
    )
    t.match(shown['controlMeasures'], { features: [{ id: 'CM-1' }, { id: 'CM-2' }] })
    t.same(valuesIn(shown).filter(([path]) => path === 'controlMeasures.features[]').length, 2)
    t.match(shown, { summary: { reservesByType: { DOG: 10, PSU: 'withheld', CID: 'withheld' } } })
    t.equal(shown['reserves'] === undefined || JSON.stringify(shown['reserves']) === '[]', true)
    t.equal(JSON.stringify(shown).includes('PSU-NS-'), false)
    t.end()
  },
)

void t.test(
  'points are made coarser; lines and areas, of which no square can be told, are left out then',
  t => {
    const treatments = { square: { says: 'the square kilometre', generalisePlace: { grid: '1km' } } }
    const cases = [
      ['police.tacticalPlan', 'controlMeasures.features[].geometry'],
      ['police.incident.methane', 'exactLocation.geometry'],
      ['police.incident.methane', 'access.rvp.geometry'],
      ['police.briefing.iimarch', 'method.tasks[].place'],
      ['police.mutualAidRequest', 'lines[].reportTo.geometry'],
    ] as const
    for (const [resource, path] of cases) {
      const agreement = generousWith(resource, { treatments, fields: { [path]: { all: 'square' } } })
      const shown = releasedBy(agreement, resource, exampleOf(resource))
      const places = valuesIn(shown ?? null).filter(([at]) => at === path)
      t.match(places, [[path, { type: 'Point', cell: '1km' }]], `${resource} ${path}`)
      t.equal(places.length, 1)
      t.equal(registry.get(resource)?.check(shown), undefined, 'the schema takes a square')
    }
    t.end()
  },
)
