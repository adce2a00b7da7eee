/** Sets of small numbers as words of 32 bits: sets of atoms, for the most part. All sets of one universe have one length. */

/** The empty set of a universe of `size` numbers. */
export function emptyBits(size: number): Uint32Array {
  return new Uint32Array((size + 31) >>> 5);
}

/** The set of all numbers below `size`. */
export function fullBits(size: number): Uint32Array {
  const bits = emptyBits(size).fill(0xffffffff);
  if (size % 32 !== 0) bits[bits.length - 1] = 2 ** (size % 32) - 1;
  return bits;
}

/** True when the set holds the number. */
export function hasBit(bits: Uint32Array, index: number): boolean {
  return (bits[index >>> 5]! & (1 << (index & 31))) !== 0;
}

/** Adds a number, in place. */
export function addBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5]! |= 1 << (index & 31);
}

/** Adds every number of another set, in place. */
export function unite(bits: Uint32Array, other: Uint32Array): void {
  for (let i = 0; i < bits.length; i++) bits[i]! |= other[i]!;
}

/** Keeps what another set holds too, in place. */
export function intersect(bits: Uint32Array, other: Uint32Array): void {
  for (let i = 0; i < bits.length; i++) bits[i]! &= other[i]!;
}

/** Takes another set away, in place. */
export function subtract(bits: Uint32Array, other: Uint32Array): void {
  for (let i = 0; i < bits.length; i++) bits[i]! &= ~other[i]!;
}

/** Takes a number out of a set. */
export function removeBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5]! &= ~(1 << (index & 31));
}

/** True when two sets have a number in common. */
export function meets(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) if ((a[i]! & b[i]!) !== 0) return true;
  return false;
}

/** True when the one set holds every number of the other. */
export function holdsAll(outer: Uint32Array, inner: Uint32Array): boolean {
  for (let i = 0; i < inner.length; i++) if ((inner[i]! & ~outer[i]!) !== 0) return false;
  return true;
}

/** The smallest number in the set; -1 when it is empty. */
export function firstBit(bits: Uint32Array): number {
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!;
    if (word !== 0) return i * 32 + 31 - Math.clz32(word & -word);
  }
  return -1;
}

/** The numbers of the set, in order. */
export function* eachBit(bits: Uint32Array): Generator<number> {
  for (let i = 0; i < bits.length; i++) {
    for (let word = bits[i]!; word !== 0; word &= word - 1) yield i * 32 + 31 - Math.clz32(word & -word);
  }
}

/** True when both sets hold the same numbers. */
export function sameBits(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}
