import type { Element } from '../../kit/kit.ts'
import { attributeOf, isSet, numberOf } from './xml.ts'

/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number]

export const WHITE: Rgb = [255, 255, 255]
export const BLACK: Rgb = [0, 0, 0]

/** The colours that a workbook has where it brings no theme: dark and light text first, as colours refer to them. */
const OFFICE: readonly string[] = [
  'FFFFFF',
  '000000',
  'E7E6E6',
  '44546A',
  '4472C4',
  'ED7D31',
  'A5A5A5',
  'FFC000',
  '5B9BD5',
  '70AD47',
  '0563C1',
  '954F72',
]

/** The first of the indexed colours of ECMA-376 part 1, 18.8.27; the same eight stand twice. */
const INDEXED: readonly string[] = [
  '000000',
  'FFFFFF',
  'FF0000',
  '00FF00',
  '0000FF',
  'FFFF00',
  'FF00FF',
  '00FFFF',
]

/** How the theme of a workbook orders its colours, by the index with which cells refer to them. */
const ORDER: readonly string[] = [
  'lt1',
  'dk1',
  'lt2',
  'dk2',
  'accent1',
  'accent2',
  'accent3',
  'accent4',
  'accent5',
  'accent6',
  'hlink',
  'folHlink',
]

/** The colours of a theme part, by index; those of Office where there is none. */
export function themeColours(theme: Element | undefined): readonly (Rgb | undefined)[] {
  const scheme = theme && find(theme, 'clrScheme')
  if (!scheme) return OFFICE.map(readHex)
  return ORDER.map(name => {
    const [colour] = scheme.children.find(child => child.name === name)?.children ?? []
    return readHex(attributeOf(colour, colour?.name === 'sysClr' ? 'lastClr' : 'val') ?? '')
  })
}

function find(element: Element, name: string): Element | undefined {
  if (element.name === name) return element
  for (const child of element.children) {
    const found = find(child, name)
    if (found) return found
  }
  return undefined
}

/**
 * A `color` element as what is seen; the colour given where the element is not there or says automatic, undefined where it cannot
 * be told.
 */
export function readColour(
  element: Element | undefined,
  automatic: Rgb,
  theme: readonly (Rgb | undefined)[],
): Rgb | undefined {
  if (!element || isSet(element, 'auto')) return automatic
  const rgb = attributeOf(element, 'rgb')
  const [index, themed, tint] = [
    numberOf(element, 'indexed'),
    numberOf(element, 'theme'),
    numberOf(element, 'tint'),
  ]
  // 64 and 65 are the text and the window of the system.
  if (index === 64 || index === 65) return automatic
  const base =
    rgb !== undefined ? readHex(rgb.slice(-6)) : themed !== undefined ? theme[themed] : indexed(index)
  return base && tinted(base, tint ?? 0)
}

function indexed(index: number | undefined): Rgb | undefined {
  return index !== undefined && index < 16 ? readHex(INDEXED[index % 8] ?? '') : undefined
}

function readHex(text: string): Rgb | undefined {
  const [, red = '', green = '', blue = ''] = /^([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text) ?? []
  return red === ''
    ? undefined
    : [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)]
}

/** Towards white for a positive tint, towards black for a negative one. */
function tinted([red, green, blue]: Rgb, tint: number): Rgb | undefined {
  if (Number.isNaN(tint)) return undefined
  const to = tint < 0 ? 0 : 255
  const shift = (value: number) => value + (to - value) * Math.min(1, Math.abs(tint))
  return [shift(red), shift(green), shift(blue)]
}

/** The contrast ratio of WCAG 2.2, from 1 for the same colour to 21 for black on white. */
export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(value: number): number {
  const part = value / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}
