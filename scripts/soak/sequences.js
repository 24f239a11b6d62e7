/**
 * The sequences that schedules are run over. Plain JavaScript, so that a worker of Node 20 imports them as they are.
 *
 * What goes wrong in them is told apart from what they are: `Tested` looks for its faults in a folder outside, so that
 * two of them with and without faults are one and the same sequence to a loader.
 */
import { join } from "node:path";
import { Sequence, stack, tensor } from "epochal";
import { imread, resize } from "epochal/image";
import { meet } from "./faults.js";

/** A batch of several kinds of data: `size` numbers drawn at random, small arrays, text, records within records. */
function make(index, { random, epoch }, size, extra = {}) {
  const x = Float32Array.from({ length: size }, () => random.uniform());
  const ids = Int32Array.from([index, epoch, random.integer(0, 1000)]);
  return { index, epoch, x: tensor(x), nested: [{ ids }, `batch ${index}`, null, true], ...extra };
}

/** Never changes. */
export class Plain extends Sequence {
  static module = import.meta.url;

  constructor(length, size) {
    super();
    this.length = length;
    this.size = size;
  }

  getItem(index, context) {
    return make(index, context, this.size);
  }
}

/** Longer by one batch each epoch, by its hook. */
export class Growing extends Plain {
  static module = import.meta.url;
  first = this.length;

  onEpochBegin(epoch) {
    this.length = this.first + epoch;
  }
}

/** Changed by the program between epochs: a number, a record, an array that grows, a typed array in place, a map. */
export class Staged extends Plain {
  static module = import.meta.url;
  stage = 0;
  options = { scale: 1 };
  rows = ["row 0"];
  table = new Float64Array(this.length);
  seen = new Map();

  getItem(index, context) {
    const { stage, options, rows, table, seen } = this;
    return make(index, context, this.size, {
      stage,
      scale: options.scale,
      row: rows[rows.length - 1 - (index % rows.length)],
      cell: table[index],
      seen: [...seen],
    });
  }
}

/** What the program does to a {@link Staged} before `epoch`, from whatever earlier epoch it comes. */
export function prepare(staged, epoch) {
  staged.stage = epoch;
  staged.options.scale = 1 / (epoch + 1);
  while (staged.rows.length <= epoch) staged.rows.push(`row ${staged.rows.length}`);
  for (let i = 0; i < staged.table.length; i++) staged.table[i] = epoch * 100 + i;
  for (let i = staged.seen.size; i < epoch; i++) staged.seen.set(`epoch ${i}`, i);
}

/** Puts its indices in an order of the epoch, from scratch, when an epoch begins. */
export class Ordered extends Plain {
  static module = import.meta.url;
  indexes = Array.from({ length: this.length }, (_, i) => i);

  onEpochBegin(_epoch, context) {
    this.indexes = context.random.shuffle(Array.from({ length: this.length }, (_, i) => i));
  }

  getItem(index, context) {
    return make(index, context, this.size, { sample: this.indexes[index] });
  }
}

/** Shuffles its indices in place when an epoch ends, as keras.io's own example: each order comes of the one before. */
export class Drifting extends Plain {
  static module = import.meta.url;
  indexes = Array.from({ length: this.length }, (_, i) => i);

  onEpochEnd(_epoch, context) {
    context.random.shuffle(this.indexes);
  }

  getItem(index, context) {
    return make(index, context, this.size, { sample: this.indexes[index] });
  }
}

/** Batch i is the image i, which may be changed while it is read, with two that are not. */
export class Images extends Sequence {
  static module = import.meta.url;

  constructor(folder, length) {
    super();
    this.files = Array.from({ length }, (_, i) => join(folder, `${i}.jpg`));
    this.others = [0, 1].map((i) => join(folder, `other-${i}.jpg`));
  }

  get length() {
    return this.files.length;
  }

  async getItem(index) {
    const images = [this.files[index], ...this.others].map((file) => resize(imread(file), [16, 16]));
    return { index, images: await stack(images) };
  }
}

/** Draws from Math.random(), which it must not: to see that a soak finds it. */
export class Careless extends Plain {
  static module = import.meta.url;

  getItem(index, context) {
    return make(index, context, this.size, { chance: Math.random() });
  }
}

/** Samples, for `batches()`. */
export class Rows {
  static module = import.meta.url;

  constructor(length, size) {
    this.length = length;
    this.size = size;
  }

  getItem(index, context) {
    return make(index, context, this.size);
  }
}

/** A sequence in which faults are met: batch i has those of index `offset + i`. */
export class Tested extends Sequence {
  static module = import.meta.url;

  constructor(source, offset = 0) {
    super();
    this.source = source;
    this.offset = offset;
  }

  get length() {
    return this.source.length;
  }

  getItem(index, context) {
    const met = meet(context.epoch, this.offset + index);
    return met ? met() : this.source.getItem(index, context);
  }
}

/** Calls of hooks on instances of this program, in order: `begin 0`, `end 0`. Kept apart, as fields are sent. */
export const calls = new WeakMap();

function note(sequence, call) {
  const noted = calls.get(sequence) ?? [];
  noted.push(call);
  calls.set(sequence, noted);
}

/** The same, of a source with hooks. */
export class TestedHooks extends Tested {
  static module = import.meta.url;

  onEpochBegin(...args) {
    note(this, `begin ${args[0]}`);
    return this.source.onEpochBegin(...args);
  }

  onEpochEnd(...args) {
    note(this, `end ${args[0]}`);
    return this.source.onEpochEnd(...args);
  }
}
