import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { DocumentSchema } from '../contract/contract.ts'
import {
  type FormatLoss,
  type FormatName,
  formatsOf,
  type MutualAid,
  readEdxlRm,
} from '../formats/formats.ts'
import { isJsonObject, type JsonObject, readJson, systemClock, uuidv7 } from '../kit/kit.ts'
import { type AgencyId, isAgencyId, type Label } from '../terms/terms.ts'
import { lettersNamed, momentNamed, squareNamed } from '../translation/translation.ts'
import { readLabel } from './label.ts'
import type { ExitCode, Terminal } from './terminal.ts'

/** Why a translation does not go on, for people and as facts for programs. */
export class Stop extends Error {
  readonly exit: ExitCode
  readonly facts: JsonObject

  constructor(exit: ExitCode, says: string, facts: JsonObject = { says }) {
    super(says)
    this.exit = exit
    this.facts = facts
  }
}

/** What a translation knows beside the document. */
export interface Asked {
  readonly provider: AgencyId
  /** Milliseconds. */
  readonly at: number
  readonly label: Label | undefined
  readonly exchangeId: string
}

/** @throws Stop where an option is not what it should be */
export function readAsked(given: {
  readonly provider: string
  readonly at?: string
  readonly label?: string
}): Asked {
  const { provider } = given
  if (!isAgencyId(provider)) throw new Stop(2, '--provider: expected an agency, such as northshire-police')
  const at = given.at === undefined ? systemClock.now() : Date.parse(given.at)
  if (Number.isNaN(at)) throw new Stop(2, '--at: expected a time such as 2026-05-02T10:00:00Z')
  const label = given.label === undefined ? undefined : readLabel(given.label)
  if (given.label !== undefined && !label)
    throw new Stop(2, '--label: expected OFFICIAL, OFFICIAL-SENSITIVE or {"policy": …, "classification": …}')
  return { provider, at, label, exchangeId: uuidv7({ now: () => at }) }
}

/** @throws Stop where the file is not one document of that kind */
export async function readSource(
  terminal: Terminal,
  file: string,
  { read, from }: { readonly read: 'json' | 'edxl-rm'; readonly from: DocumentSchema },
): Promise<{ readonly document: JsonObject; readonly losses: readonly FormatLoss[] }> {
  const bytes = await readFile(resolve(terminal.cwd, file))
  if (read === 'edxl-rm') return readMessage(bytes, file, from)
  const reading = readJson(bytes)
  if (!reading.ok) throw new Stop(1, `${file} is not I-JSON: ${reading.fault.says}`)
  if (!isJsonObject(reading.value)) throw new Stop(1, `${file} is not one JSON object`)
  return { document: reading.value, losses: [] }
}

function readMessage(
  bytes: Uint8Array,
  file: string,
  { resource }: DocumentSchema,
): { readonly document: JsonObject; readonly losses: readonly FormatLoss[] } {
  const message = readEdxlRm(bytes, isEither(resource) ? resource : undefined)
  if (message.kind === 'refused')
    throw new Stop(1, `${file} is not an EDXL-RM message that is read here: ${message.why}`, {
      refused: message.why,
    })
  if (message.resource !== resource) throw new Stop(1, `${file} is a ${message.resource}, not a ${resource}`)
  return message
}

function isEither(resource: string): resource is MutualAid {
  return resource === 'police.mutualAidRequest' || resource === 'police.mutualAidOffer'
}

/** @throws Stop where documents of this schema have no such format, or this one lacks what the format needs */
export function writeIn(
  name: FormatName,
  { resource, catalogue }: DocumentSchema,
  { document, label }: { readonly document: JsonObject; readonly label: Label | undefined },
): { readonly text: string; readonly losses: readonly FormatLoss[] } {
  const formats = formatsOf(catalogue, {
    squareOf: squareNamed,
    lettersOf: lettersNamed,
    momentOf: group => momentNamed(group, systemClock.now()),
    now: systemClock.now,
  })
  const format = formats.find(one => one.name === name)
  if (format === undefined) {
    const known = formats.length === 0 ? 'only JSON' : formats.map(one => one.name).join(', ')
    throw new Stop(2, `${resource} is not written as ${name}; there is ${known}`)
  }
  const marking = label && { ...label }
  const written = format.one({ document, label: marking, caveats: [], releasableTo: [], about: undefined })
  if (written.kind === 'unwritable')
    throw new Stop(1, `without a ${written.lacks} it cannot be written as ${name}`, { lacks: written.lacks })
  return written
}
