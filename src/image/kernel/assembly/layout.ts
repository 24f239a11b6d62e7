/**
 * Where everything lies in the kernel's memory. Both sides import these names: the kernel, which is AssemblyScript, and
 * TypeScript, which fills the places in.
 *
 * From the bottom: constants of the kernel's own, the fixed places below, resampling tables, and then whatever one image
 * needs. All numbers here are bytes; what lies there are 32-bit integers where nothing else is said.
 */

/** Fixed places. */
export enum Place {
  /** A {@link Plane} of whole pixels, as other decoders leave them. */
  pixels = 1024,
  /** The {@link Output} that is made of them. */
  pixelsOutput = 1152,
  /** Four {@link Plane}s: those of a JPEG. */
  planes = 1280,
  /** The {@link Output} that is made of them. */
  planesOutput = 1792,
  /** The {@link Scan} of that JPEG. */
  scan = 1920,
  /** Room for a block of 64 coefficients, i16, stored by columns. */
  block = 2048,
  /** Where coefficients past the 64th go: right behind the block, as in a {@link Block}. */
  nowhere = 2176,
  /** Room for the specification of a Huffman table: 16 counts, then at most 256 symbols. */
  specification = 2240,
  /** Four {@link Quantiser}s: one for each plane. */
  quantisers = 2560,
  /** The {@link ScanPlaces} of a progressive scan. */
  selection = 5760,
  /** Eight {@link HuffmanTable}s: four for DC, then four for AC. */
  huffman = 6528,
  /** For each column of a block, and each set of its rows, their places in zigzag order as bits of an u64. */
  zigzags = 76160,
  /** The places of the bits in each byte, from the lower end, u8 each. */
  bits = 92544,
  /** Room for the places of coefficients that are zero, in zigzag order, u8. */
  zeros = 94592,
  /** The {@link Png} that is decoded. */
  png = 94720,
  /** Its palette: 256 colours, RGBA. */
  palette = 94784,
  /**
   * Room for what deflate says of its codes: their lengths, u8; how many have each length, and where
   * their symbols begin; the symbols by length, u16.
   */
  codeLengths = 95808,
  codeCounts = 96192,
  codeStarts = 96256,
  codeSymbols = 96320,
  /** Deflate's three tables of codes, see deflate-codes.ts: of literals and lengths, of distances, of code lengths. */
  literals = 97792,
  distances = 107200,
  lengths = 108864,
  /** Tables of cyclic redundancy checks, see crc.ts. */
  crc = 109376,
  /** Four {@link SkipTable}s, one for each of the tables for AC. */
  skips = 125760,
  /** The {@link Warp} or {@link Sharpen} by which pixels are sampled. */
  sampling = 142144,
  /** The axis whose inputs were weighed last: see weights-layout.ts. */
  weighed = 142272,
  /** Where resampling tables begin. */
  tables = 142336,
}

/** To how many samples a block is transformed: four times the logarithm of its rows, and that of its columns. */
export enum BlockShape {
  one = 0,
  twoByTwo = 5,
  fourByFour = 10,
  /** Four rows of eight. */
  fourByEight = 11,
  /** Eight rows of four. */
  eightByFour = 14,
  eightByEight = 15,
}

/** Samples that are resampled: whole pixels, or one component of a JPEG, which has the second half as well. */
export enum Plane {
  /** Address of the first sample. */
  source = 0,
  /** Bytes of a row. */
  stride = 4,
  /** Address of the table of rows, see {@link RowWeights}. */
  rows = 8,
  /** Bytes of an entry of it. */
  rowStep = 12,
  /** Address of the table of columns, see {@link ColumnWeights}. */
  columns = 16,
  /** Pairs of weights of each of its entries. */
  pairs = 20,
  /** First byte of a row that is needed. */
  from = 24,
  /** One past the last. */
  to = 28,
  /** Room for a row between the passes: i16. */
  line = 32,
  /** Blocks of a unit of the scan beside and below each other. */
  h = 36,
  v = 40,
  /** Addresses of its tables. */
  dc = 44,
  ac = 48,
  quantiser = 52,
  /** The first coefficient of the block before; in other progressive scans, how many blocks to come bring nothing new. */
  previous = 56,
  /** Address of the {@link SkipTable} that belongs to `ac`. */
  skip = 60,
  /** What becomes of a block: a {@link BlockShape}. */
  shape = 64,
  /** The blocks that are needed: columns from `left` on, rows from `top` on, and how many of each. */
  left = 68,
  top = 72,
  across = 76,
  down = 80,
  /** Bytes from a block's samples to those of the next in its row, and in the next row of blocks. */
  blockStep = 84,
  blockRowStep = 88,
  /** Where a JPEG is progressive, the address of its {@link Block}s, and bytes of one and of a row of them. */
  coefficients = 92,
  coefficientsStep = 96,
  coefficientsRowStep = 100,
  bytes = 128,
}

/** Coefficients of a progressive JPEG; of blocks that become one sample there is the first alone. */
export enum Block {
  /** The first, i16. */
  first = 2,
  /** 64 coefficients, i16, stored by columns, and room for what goes nowhere. */
  bytes = 144,
}

/** What becomes of planes. */
export enum Output {
  height = 0,
  width = 4,
  /** Channels of the samples: of pixels, or how many planes there are. */
  input = 8,
  /** Whether three planes are luma and chroma (JFIF's), not RGB. */
  ycc = 12,
  /** Channels of the result. */
  channels = 16,
  /** Whether the result is float32, not bytes. */
  float = 20,
  /** Whether the matrix is more than its diagonal. */
  mixes = 24,
  /** Room for a row of float32 RGBA. */
  row = 28,
  /** Address of the result. */
  result = 32,
  /** How many {@link ProgramStep}s a row goes through before the matrix, and the address of the first. */
  steps = 36,
  program = 40,
  /** f32: what is added to each of 4 outputs. */
  offset = 48,
  /** f32: for each of 4 inputs its share of the 4 outputs. */
  matrix = 64,
  bytes = 128,
}

/** A step of a program over the pixels of a row, whose values are 0 to 255: see program.ts. */
export enum ProgramStep {
  /** Which of {@link ProgramStepKind}. */
  kind = 0,
  /** What they mean depends on the kind; f32 for {@link ProgramStepKind.hue}. */
  a = 4,
  b = 8,
  c = 12,
  d = 16,
  /** f32: four values. */
  values = 32,
  /** f32: for each of 4 inputs its share of the 4 outputs. */
  matrix = 48,
  bytes = 128,
}

/** What a {@link ProgramStep} does. */
export enum ProgramStepKind {
  /** Matrix, whose diagonal is all unless `b` is not 0, and offset (`values`); where `a` is not 0, the result is cut to 0 to 255. */
  affine = 0,
  /**
   * Each of `b` colours, 1 or 3, is looked up in 256 f32 from the address `a` on, each channel its own: the entry of the nearest
   * byte or, where `c` is not 0, what is between the entries of i² / 255.
   */
  table = 1,
  /** Turns the hue by `a`, f32, a part of the whole circle. */
  hue = 2,
  /** All but the columns from `a` to before `b`, and the rows from `c` to before `d`, become `values`. */
  fill = 3,
  /** The columns from `a` to before `b` in the rows from `c` to before `d` become `values`. */
  erase = 4,
}

/** How pixels are sampled at positions that are no grid of rows and columns: see warp.ts. */
export enum Warp {
  /** f64: a 3 x 3 matrix, by rows, from (x, y, 1) of the result to (x, y, 1) of the pixels, up to a factor. */
  matrix = 0,
  /** f32: four values of what lies outside. */
  fill = 80,
  /** Whether the nearest pixel is taken, not the four around. */
  nearest = 96,
  /** Size of the pixels. */
  height = 100,
  width = 104,
}

/** How pixels are sampled that are in no grid of rows and columns, or in that of the pixels themselves. */
export enum Sampling {
  /** One by one: see copy.ts. */
  copy = 0,
  /** As a {@link Warp} says. */
  warp = 1,
  /** As a {@link Sharpen} says. */
  sharpen = 2,
}

/** How pixels are sampled with the eight around them: see sharpen.ts. */
export enum Sharpen {
  /** f32: the pixel's share, one for each channel. */
  own = 0,
  /** f32: the share of the sum of all nine. */
  all = 16,
}

/** A scan of a JPEG: what it codes, and where. */
export enum Scan {
  /** Address of its first byte. A marker and 16 readable bytes follow the last. */
  data = 0,
  /** Components that are interleaved. */
  components = 4,
  /** Units of a row, and rows of units to be read: those after the last are not needed. */
  mcusX = 8,
  rows = 12,
  /** Units between restart markers; 0 for none. */
  restart = 16,
  /** Addresses of the {@link Plane}s of up to four components. */
  planes = 20,
  /** Of a progressive scan: the first and the last coefficient, in zigzag order. */
  first = 36,
  last = 40,
  /** How many of their lower bits are yet to come, and whether the others came before. */
  low = 44,
  refines = 48,
  /** Whether the image is turned by a quarter: rows of its blocks become columns. */
  turned = 52,
  /** Set by the kernel: the address of the marker at which it ended to read. */
  marker = 56,
}

/** What the samples of a PNG mean, and what becomes of them. */
export enum Png {
  /** Bits of a sample. */
  depth = 0,
  /** PNG's colour type: 1, palette used; 2, colour used; 4, alpha used. */
  colour = 4,
  /** Channels of the pixels to be written. */
  channels = 8,
  /** Samples of the colour that is transparent; of grey, the first; -1 if there is none. */
  red = 12,
  green = 16,
  blue = 20,
  /** Whether grey is written as it is stored, the highest sample not as 255. */
  unscaled = 24,
}

/** Entry of a table of rows: it makes one row of the result. */
export enum RowWeights {
  /** First row that counts. */
  first = 0,
  /** Pairs of weights. */
  pairs = 4,
  /** i16: weights of 14 bits, which sum to 2^14. */
  weights = 8,
}

/** Entry of a table of columns. */
export enum ColumnWeights {
  /** Where in the row between the passes the first column lies that counts. */
  first = 0,
  /** i16, as many pairs as {@link Plane.pairs} says. */
  weights = 4,
}

/** What coefficients are to be multiplied by, and where they belong. */
export enum Quantiser {
  /**
   * u8 for each place in zigzag order, and for those past the 64th, beginning with the second: where in the block the
   * coefficient before it belongs, in bytes. 128 is {@link Place.nowhere}.
   */
  places = 0,
  /** i16, stored as the block is. */
  factors = 192,
  bytes = 320,
}

/**
 * Of each coefficient in zigzag order the unit in which a scan has it, u16, and where in its {@link Block} it belongs, u16.
 * Those that the scan does not code, and those past the 64th, go nowhere.
 */
export enum ScanPlaces {
  entries = 192,
  bytes = 768,
}

/** What codes mean: filled by `huffman`. */
export enum HuffmanTable {
  /** i64 for each number of 10 bits: see huffman.ts. */
  entries = 0,
  /** For each length the code after its last, at the upper end of 16 bits. */
  limits = 8192,
  /** For each length what added to a code gives the place of its symbol. */
  deltas = 8264,
  /** u8. */
  symbols = 8336,
  bytes = 8704,
}

/** How far codes go that are read over: filled by `skipping`. */
export enum SkipTable {
  /** u16 for each number of 11 bits: see skip.ts. */
  bytes = 4096,
}

/** What decoding VP8 needs, from an address on that the caller takes. He fills the tables in, see ../vp8-tables.ts. */
export enum Vp8 {
  /** Tables of RFC 6386, u8: what coefficients are likely, how likely that changes, what modes are. */
  defaults = 0,
  updates = 1056,
  modes = 2112,
  /** Factors of first coefficients, u8, and of all others, u16. */
  first = 3012,
  others = 3140,
  /** Where coefficients belong, and which likelihoods they have, by their number. */
  zigzag = 3396,
  bands = 3412,
  /** Nine {@link BoolReader}s: of modes, and of coefficients. */
  readers = 3520,
  /** For each of 4 kinds of block and 17 coefficients: a {@link Vp8Likely}. */
  likely = 3808,
  /** 25 blocks of 16 coefficients, i16, and u8 of each: how many there are. */
  coefficients = 6208,
  counts = 7008,
  /** Four segments: six factors. */
  factors = 7040,
  /** Four segments, without and with modes of their own for each block: a {@link Vp8Macroblock}. */
  strengths = 7136,
  /** What the macroblock to the left was: a {@link Vp8Context}. */
  left = 7168,
  /** u8: modes of 16 blocks. */
  blocks = 7184,
  bytes = 7296,
}

/** u8: what the coefficient of one number is likely to be. */
export enum Vp8Likely {
  /** 3 times 11 likelihoods, by the coefficient before it: 0, 1 or more. */
  chances = 0,
  /** Where in its block it belongs, in bytes, and its number. */
  place = 33,
  number = 34,
  bytes = 35,
}

/** A reader of bits, each of which is one with a likelihood of its own. */
export enum BoolReader {
  /** u64: the bits that come next, the first uppermost, and behind the last one a 1 and zeros. */
  value = 0,
  /** The range less one, in the uppermost byte. */
  range = 8,
  at = 16,
  end = 20,
  bytes = 32,
}

/** u8: what is known of a macroblock when its neighbours are read. */
export enum Vp8Context {
  /** Whether blocks of luma and chroma, and that of first coefficients, had any coefficient. */
  luma = 0,
  u = 4,
  v = 6,
  firsts = 8,
  /** Modes of four blocks. */
  modes = 12,
  bytes = 16,
}

/** u8: how the edges of a macroblock are smoothed. */
export enum Vp8Macroblock {
  /** 0 if they are not. */
  limit = 0,
  inner = 1,
  /** Whether its blocks' edges are, too. */
  blocks = 2,
  threshold = 3,
  bytes = 4,
}
