/** The package ships declarations under another module name; these are for what we use. */
declare module 'geographiclib-mgrs' {
  interface Grid {
    /** [longitude, latitude] → reference with `digits` digits for each axis; throws where the grid ends. */
    forward(lonlat: readonly [number, number], digits: number): string
    /** Reference → [longitude, latitude] of the centre of its square; throws where it is not one. */
    toPoint(reference: string, centre?: boolean): [number, number]
  }
  const grid: Grid
  // biome-ignore lint/style/noDefaultExport: the package has only this one
  export default grid
}
