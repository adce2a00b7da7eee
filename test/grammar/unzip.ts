/** Reads a zip archive, as far as packers write them: stored or deflated, without encryption and in one part. */
import { inflateRawSync } from "node:zlib";

const END = Buffer.from("PK\x05\x06", "latin1");
const ENTRY = 0x02014b50;

/** The content of each file of an archive. */
export function unzip(archive: Buffer): ReadonlyMap<string, Buffer> {
  const end = archive.lastIndexOf(END);
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count--) {
    if (archive.readUInt32LE(at) !== ENTRY) throw new Error("no zip archive");
    const [deflated, size] = [archive.readUInt16LE(at + 10) === 8, archive.readUInt32LE(at + 20)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset)) as number[];
    const header = archive.readUInt32LE(at + 42);
    const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
    const content = archive.subarray(start, start + size);
    files.set(archive.toString("utf8", at + 46, at + 46 + name!), deflated ? inflateRawSync(content) : content);
    at += 46 + name! + extra! + comment!;
  }
  return files;
}
