/** A sequence whose batches say who was asked for what: source, index, epoch, seed and the first random number. */
import { type Context, createContext } from "../../src/sequence/context.ts";
import { Sequence } from "../../src/sequence/sequence.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { portable } from "../../src/worker/wire/portable.ts";

export interface Probed {
  readonly name: string;
  readonly index: number;
  readonly epoch: number;
  readonly seed: number;
  readonly random: number;
}

export class Probe extends Sequence<Probed> {
  static override readonly module: string = import.meta.url;
  readonly name: string;
  length: number;
  constructor(name: string, length: number) {
    super();
    this.name = name;
    this.length = length;
  }
  getItem(index: number, { epoch, seed, random, index: told }: Context): Probed {
    if (told !== index) throw new Error(`context.index is ${told}, getItem got ${index}`);
    return { name: this.name, index, epoch, seed, random: random.uniform() };
  }
}

/** A function that travels to workers. */
export const named: (batch: Probed) => string = portable(
  import.meta.url,
  function named({ name, index }: Probed) {
    return `${name}${index}`;
  },
);

/** As {@link named}: a batch of two images with labels, which tell the probe's batch. */
export const labelled: (batch: Probed) => { x: Tensor<"float32">; y: Tensor<"int32">; name: string } =
  portable(import.meta.url, function labelled({ name, index, random }: Probed) {
    const data = Float32Array.from({ length: 32 }, (_, i) => index + random * i);
    return { x: tensor(data, { shape: [2, 4, 4, 1] }), y: tensor([index, 0], "int32"), name };
  });

/** A probe that answers late. */
export class LateProbe extends Probe {
  static override readonly module: string = import.meta.url;
  override getItem(index: number, context: Context): never {
    return Promise.resolve().then(() => super.getItem(index, context)) as never;
  }
}

/** A probe that counts its hooks, and grows by one batch each epoch. */
export class HookedProbe extends Probe {
  static override readonly module: string = import.meta.url;
  readonly calls: string[] = [];
  override onEpochBegin(epoch: number): void {
    this.calls.push(`begin ${epoch}`);
    this.length++;
  }
  override async onEpochEnd(epoch: number): Promise<void> {
    await Promise.resolve();
    this.calls.push(`end ${epoch}`);
  }
}

/** The batch at `index`, as a loader would fetch it. */
export function fetch<B>(
  sequence: Sequence<B>,
  index: number,
  epoch: number = 0,
  seed: number = 7,
): B | Promise<B> {
  return sequence.getItem(index, createContext({ epoch, index, seed })) as B | Promise<B>;
}

/** All batches of an epoch. */
export async function fetchAll<B>(sequence: Sequence<B>, epoch: number = 0, seed: number = 7): Promise<B[]> {
  const batches: B[] = [];
  for (let index = 0; index < sequence.length; index++)
    batches.push(await fetch(sequence, index, epoch, seed));
  return batches;
}
