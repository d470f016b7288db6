import { printWitnessVkey, readWitnessVkey } from './cosignature.ts'
import { type NoteKey, printVkey, readVkey } from './note.ts'
import { type PostQuantumKey, printPostQuantumVkey, readPostQuantumVkey } from './post-quantum.ts'

/** What one agency gives to others so that they can check its log and its cosignatures. */
export interface VerifierKeys {
  readonly log: NoteKey
  /** The second key of the log; where there is one, its signature is demanded. */
  readonly postQuantum?: PostQuantumKey | undefined
  /** Undefined where the agency is nobody's witness. */
  readonly witness: NoteKey | undefined
}

/** A line for each key (C2SP signed-note verifier keys); what they are for is told by their algorithm bytes. */
export function printVerifierKeys({ log, postQuantum, witness }: VerifierKeys): string {
  const lines = [
    printVkey(log),
    ...(postQuantum ? [printPostQuantumVkey(postQuantum)] : []),
    ...(witness ? [printWitnessVkey(witness)] : []),
  ]
  return lines.map(line => `${line}\n`).join('')
}

/**
 * Reads the verifier keys of an agency. Empty lines, lines that begin with `#` and keys of other algorithms are passed over.
 *
 * @returns undefined unless there is one key of a log, at most one more of it for ML-DSA-44, and at most one of a witness
 */
export function readVerifierKeys(text: string): VerifierKeys | undefined {
  const lines = text.split('\n').map(line => line.trim())
  const logs = lines.map(readVkey).filter(key => key !== undefined)
  const witnesses = lines.map(readWitnessVkey).filter(key => key !== undefined)
  const [log] = logs
  if (log === undefined || logs.length > 1 || witnesses.length > 1) return undefined
  const [postQuantum, ...more] = lines.map(readPostQuantumVkey).filter(key => key !== undefined)
  if (more.length > 0 || (postQuantum && postQuantum.name !== log.name)) return undefined
  return { log, postQuantum, witness: witnesses[0] }
}
