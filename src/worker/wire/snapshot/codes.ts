/**
 * The numbers of a snapshot, and what follows each: further codes, and `·` a leaf.
 *
 * Objects are numbered in the order in which they begin; `seen` names an earlier one. Properties are a count and that
 * many (·key flags value); flags add up: 4 enumerable, 2 writable, 1 configurable.
 */
export const code = {
  /** · */
  leaf: 0,
  /** number of an object */
  seen: 1,
  /** 1 not extensible, 2 sealed, 3 frozen; then the object */
  level: 2,
  /** count, (·key value) each */
  record: 3,
  /** The same without a prototype. */
  bareRecord: 4,
  /** elements, properties. Elements: length, then values, runs of `leaves` and `holes` */
  array: 5,
  /** count, that many · */
  leaves: 6,
  /** count */
  holes: 7,
  /** elements of keys, elements of values, properties */
  map: 8,
  /** elements, properties */
  set: 9,
  /** ·time, properties */
  date: 10,
  /** ·source ·flags ·lastIndex, properties */
  regexp: 11,
  /** ·built-in class ·message ·stack, properties */
  error: 12,
  /** ·primitive, properties */
  boxed: 13,
  /** ·href */
  url: 14,
  /** ·ArrayBuffer, properties */
  buffer: 15,
  /** ·SharedArrayBuffer, or an ArrayBuffer with what it holds where it cannot be shared; properties */
  shared: 16,
  /** index into `viewNames`, byteOffset, length, then its buffer */
  view: 17,
  /** ·ArrayBuffer, of a Buffer that shared its memory with others */
  smallBuffer: 18,
  /** ·what structured clone takes whole */
  clonable: 19,
  /** ·module ·export, then `plain` or what its built-in base class holds */
  instance: 20,
  /** properties: an instance without a built-in base */
  plain: 21,
  /** ·module ·export, then the value for fromState */
  state: 22,
  /** ·module ·export */
  function: 23,
  /** ·class: as `instance` or `state`, of a class that workers cannot find */
  unlocated: 24,
  /** ·the thing itself, which cannot be sent */
  opaque: 25,
} as const;

/** The classes of views. */
export const viewNames: readonly string[] = [
  "Buffer",
  "DataView",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
];
