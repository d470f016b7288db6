import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { loadApi } from '../contract/contract.ts'
import { URGENT_TYPE, type UrgentStatement } from '../governance/governance.ts'
import { isJsonObject, type JsonObject, readJson } from '../kit/kit.ts'
import { type OfficerSignature, readApprovals } from '../policy/policy.ts'
import { Stop, writeNew } from './officer.ts'
import type { Terminal } from './terminal.ts'

/** What the persons sign who open an urgent use, as it is handed from one to the next: a JSON file. */
export interface UrgentPaper {
  readonly statement: UrgentStatement
  readonly signatures: readonly OfficerSignature[]
}

/** @throws Stop where there is something else in the file */
export async function readPaper(terminal: Terminal, file: string): Promise<UrgentPaper> {
  const reading = readJson(await readFile(resolve(terminal.cwd, file)))
  const paper = reading.ok && isJsonObject(reading.value) ? reading.value : {}
  const { payloadType, statement, signatures } = paper
  const isPaper = payloadType === URGENT_TYPE && Array.isArray(signatures)
  if (!isPaper || loadApi().check('UrgentStatement', statement))
    throw new Stop(1, `${file}: expected a file that \`agreement urgent begin\` has written`)
  return { statement: asStatement(statement), signatures: readApprovals(paper) }
}

/** @param mode `new` leaves a file alone that is there already */
export async function writePaper(
  terminal: Terminal,
  file: string,
  { statement, signatures }: UrgentPaper,
  mode: 'new' | 'again',
): Promise<void> {
  const paper = { payloadType: URGENT_TYPE, statement, signatures }
  const text = `${JSON.stringify(paper, null, 2)}\n`
  if (mode === 'new') await writeNew(terminal, file, text)
  else await writeFile(resolve(terminal.cwd, file), text)
}

/** The paper with one signature more; an earlier one of the same person is replaced. */
export function signedToo({ statement, signatures }: UrgentPaper, signature: OfficerSignature): UrgentPaper {
  const others = signatures.filter(
    ({ person, party }) => person !== signature.person || party !== signature.party,
  )
  return { statement, signatures: [...others, signature] }
}

/** What is signed, for whoever is about to sign it. */
export function paperLines({ statement, signatures }: UrgentPaper): readonly string[] {
  const { policy, digest, purpose, reason } = statement
  return [
    `urgent use of ${policy} for ${purpose}: ${reason}`,
    `  ${digest}`,
    ...signatures.map(
      ({ person, role, party, at }) => `  signed by ${person} as ${role} of ${party} at ${at}`,
    ),
  ]
}

/** The contract has judged it. */
function asStatement(statement: unknown): UrgentStatement {
  return statement as UrgentStatement
}

export function printable(statement: UrgentStatement): JsonObject {
  return { ...statement }
}
