import { crc32 } from 'node:zlib'

/** 1980-01-01, the first day that the format knows: the same files make the same bytes. */
const DATE = 0x0021
const UTF8_NAMES = 0x0800
const VERSION = 20
const MAX_FILES = 0xffff
const MAX_BYTES = 0xffff_ffff

/**
 * A zip archive that stores its files as they are, without compression (APPNOTE 6.3, no Zip64): every unpacker reads it,
 * and what is in it can be seen in its bytes.
 *
 * @param files paths with `/` between their parts, and contents
 * @throws RangeError where there is more than the format holds: 65,535 files, 4 GiB
 */
export function writeZip(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const parts: Uint8Array[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [path, content] of files) {
    const name = Buffer.from(path)
    const fields = fieldsOf(name, content)
    parts.push(localHeader(fields), name, content)
    directory.push(centralHeader(fields, offset), name)
    offset += 30 + name.length + content.length
  }
  const central = Buffer.concat(directory)
  if (files.size > MAX_FILES || offset + central.length > MAX_BYTES)
    throw new RangeError('too much for a zip file')
  return Buffer.concat([...parts, central, endOf(files.size, central.length, offset)])
}

/** What both headers of a file share: from `version needed` to the length of the extra field. */
function fieldsOf(name: Buffer, content: Uint8Array): Buffer {
  const fields = Buffer.alloc(26)
  fields.writeUInt16LE(VERSION, 0)
  fields.writeUInt16LE(UTF8_NAMES, 2)
  fields.writeUInt16LE(DATE, 8)
  fields.writeUInt32LE(crc32(content), 10)
  fields.writeUInt32LE(content.length, 14)
  fields.writeUInt32LE(content.length, 18)
  fields.writeUInt16LE(name.length, 22)
  return fields
}

function localHeader(fields: Buffer): Buffer {
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields])
}

function centralHeader(fields: Buffer, offset: number): Buffer {
  const rest = Buffer.alloc(14)
  rest.writeUInt32LE(offset, 10)
  return Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), Buffer.of(VERSION, 0), fields, rest])
}

function endOf(count: number, bytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(bytes, 12)
  end.writeUInt32LE(offset, 16)
  return end
}
