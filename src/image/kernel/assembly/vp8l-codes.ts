/**
 * What VP8L is read by: bits, the lowest first, and Huffman codes; and the room for what is read. RFC 9649 chapter 3.7.2.
 *
 * What goes wrong is noted, and asked for by {@link problem}; zeros are read from then on, until that is done.
 *
 * Limits: 64 bytes past the data may be read, of which there are less than 512 MB.
 */

/** Where the next bit is, and how many there are. */
let position: u32 = 0;
let bitCount: u32 = 0;
let source: usize = 0;

/** The first address that is free, and the end of the room. */
let free: usize = 0;
let roomEnd: usize = 0;

/** What is wrong: 0, or 1: the data ended too early, 2: they are damaged, 3: there is no room. */
let wrong: i32 = 0;

/** Room for the lengths of a code's symbols: u8, for 256 literals, 24 lengths and 2,048 colours at most. */
let lengths: usize = 0;
const LENGTHS: usize = 2336;

/** Marks a code of one symbol, which takes no bits. */
const ONE: u32 = 0x80000000;

/** Begins to read the bytes from `data` to `end`, in room from `at` on. */
export function beginCodes(data: usize, end: usize, at: usize, top: usize): void {
  source = data;
  position = 0;
  bitCount = (<u32>(end - data)) << 3;
  free = at;
  roomEnd = top;
  wrong = 0;
  lengths = roomFor(LENGTHS);
}

/** What went wrong first: 0, or 1: the data ended too early, 2: they are damaged, 3: there is no room. */
export function problem(): i32 {
  if (wrong === 0 && position > bitCount) wrong = 1;
  return wrong;
}

/** Notes that the data are damaged. */
export function damage(): void {
  if (problem() === 0) wrong = 2;
}

/** The first address that is free. */
export function firstFree(): usize {
  return free;
}

/** Makes free what lies behind `at`. */
export function freeFrom(at: usize): void {
  free = at;
}

/** Room for so many bytes. */
export function roomFor(size: usize): usize {
  const at = free;
  if (roomEnd - at < size + 16) {
    wrong = 3;
    return 0;
  }
  free = (at + size + 15) & ~15;
  return at;
}

/** The bits that come next: 57 at least. */
function peek(): u64 {
  return load<u64>(source + (position >> 3)) >> (position & 7);
}

/** A number of so many bits. */
export function read(count: i32): i32 {
  if (problem()) return 0;
  const bits = <i32>peek() & ((1 << count) - 1);
  position += count;
  return bits;
}

/** Reads a code, and returns where it is, or the one symbol that it has with {@link ONE}. */
export function readCode(size: i32): u32 {
  memory.fill(lengths, 0, LENGTHS);
  if (read(1)) {
    const two = read(1);
    store<u8>(lengths + read(read(1) ? 8 : 1), 1);
    if (two) store<u8>(lengths + read(8), 1);
  } else readLengths(size);
  return problem() ? 0 : makeCode(size);
}

/** Reads lengths, which are coded themselves. */
function readLengths(size: i32): void {
  const before = free;
  const count = read(4) + 4;
  for (let i = 0; i < count; i++) {
    const symbol = i < 2 ? 17 + i : i < 8 ? i - 2 : i === 8 ? 16 : i - 3;
    store<u8>(lengths + symbol, <u8>read(3));
  }
  const code = makeCode(19);
  if (problem()) return;
  memory.fill(lengths, 0, 19);
  let left = size;
  if (read(1)) {
    const bits = 2 + 2 * read(3);
    left = 2 + read(bits);
    if (left > size) damage();
  }
  let last = 8;
  let at = 0;
  while (at < size && left-- > 0 && problem() === 0) {
    const symbol = nextSymbol(code);
    if (symbol < 16) {
      store<u8>(lengths + at++, <u8>symbol);
      if (symbol !== 0) last = symbol;
      continue;
    }
    const repeat = symbol === 16 ? 3 + read(2) : symbol === 17 ? 3 + read(3) : 11 + read(7);
    if (at + repeat > size) {
      damage();
      return;
    }
    memory.fill(lengths + at, symbol === 16 ? <u8>last : 0, repeat);
    at += repeat;
  }
  free = before;
}

/**
 * Makes a code of its symbols' lengths: a table of 8 bits, u16 each, a symbol and its length, 15 for one that is longer;
 * how many codes have each length, u16; and the symbols by length and number, u16.
 */
function makeCode(size: i32): u32 {
  let used = 0;
  let only = 0;
  for (let i = 0; i < size; i++) {
    if (load<u8>(lengths + i) === 0) continue;
    used++;
    only = i;
  }
  if (used === 0) damage();
  if (used < 2) return ONE | only;
  const code = roomFor(512 + 32 + 32 + 2 * used);
  if (problem()) return 0;
  const counts = code + 512;
  const starts = code + 544;
  memory.fill(code, 0, 576);
  for (let i = 0; i < size; i++) {
    const at = counts + ((<usize>load<u8>(lengths + i)) << 1);
    store<u16>(at, load<u16>(at) + 1);
  }
  store<u16>(counts, 0);
  // Exactly all codes are given away.
  let open = 1;
  let start = 0;
  for (let length = 1; length < 16; length++) {
    const count = <i32>load<u16>(counts + (length << 1));
    open = (open << 1) - count;
    if (open < 0) damage();
    store<u16>(starts + (length << 1), <u16>start);
    start += count;
  }
  if (open !== 0) damage();
  if (problem()) return 0;
  const symbols = code + 576;
  for (let i = 0; i < size; i++) {
    const length = <i32>load<u8>(lengths + i);
    if (length === 0) continue;
    const at = starts + (length << 1);
    store<u16>(symbols + ((<usize>load<u16>(at)) << 1), <u16>i);
    store<u16>(at, load<u16>(at) + 1);
  }
  fillTable(code);
  return <u32>code;
}

function fillTable(code: usize): void {
  const counts = code + 512;
  let symbol = code + 576;
  let key = 0;
  for (let i = 0; i < 256; i++) store<u16>(code + (i << 1), 15);
  for (let length = 1; length <= 8; length++) {
    for (let count = load<u16>(counts + (length << 1)); count > 0; count--) {
      const entry = (load<u16>(symbol) << 4) | <u16>length;
      symbol += 2;
      for (let i = reversed(key, length); i < 256; i += 1 << length) store<u16>(code + (i << 1), entry);
      key++;
    }
    key <<= 1;
  }
}

function reversed(key: i32, length: i32): i32 {
  let result = 0;
  for (let i = 0; i < length; i++) {
    result = (result << 1) | (key & 1);
    key >>= 1;
  }
  return result;
}

/** The next symbol. */
export function nextSymbol(code: u32): i32 {
  if (code & ONE) return code & 0xffff;
  const bits = <u32>peek();
  const entry = <i32>load<u16>(code + ((bits & 255) << 1));
  if ((entry & 15) === 15) return nextLong(code, bits);
  position += entry & 15;
  return entry >> 4;
}

/** A symbol of more than 8 bits. */
function nextLong(code: usize, bits: u32): i32 {
  const counts = code + 512;
  let key = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length < 16; length++) {
    key |= bits & 1;
    bits >>= 1;
    const count = <i32>load<u16>(counts + (length << 1));
    if (key - first < count) {
      position += length;
      return load<u16>(code + 576 + ((index + key - first) << 1));
    }
    index += count;
    first = (first + count) << 1;
    key <<= 1;
  }
  damage();
  return 0;
}
