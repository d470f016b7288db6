/** A protective marking as it travels with a document (UK Government Security Classifications by default). */
export interface Label {
  readonly policy: string
  readonly classification: string
  readonly sensitive?: boolean
}
