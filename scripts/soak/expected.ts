/** What the program would get, were all well: a run through all epochs without workers, faults, resumes and haste. */
import { join } from "node:path";
import { DataLoader, type Sequence } from "epochal";
import { digest } from "epochal/testing";
import { permutation } from "../../src/random/permutation.ts";
import type { Files } from "./images.ts";
import { beforeEpoch, makeSequence } from "./program.ts";
import type { Schedule } from "./schedule.ts";
import { type Batch, Images } from "./sequences.js";

/** One epoch of it. */
export interface ExpectedEpoch {
  readonly length: number;
  /** The index that is at `position` of the order. */
  index(position: number): number;
  /** Whether a batch of this digest may be delivered at `position`. */
  accepts(position: number, digest: string): boolean;
  /** The file whose damage may be why there is no batch at `position`, and whether there must be none. */
  damaged(position: number): { readonly file: string; readonly surely: boolean } | undefined;
}

/** The epochs of a schedule, each loaded when it is first asked for. */
export class Expected {
  readonly #schedule: Schedule;
  readonly #sequence: Sequence<Batch>;
  readonly #loader: DataLoader<Batch>;
  readonly #epochs: (readonly string[])[] = [];
  readonly #files: Files | undefined;
  readonly #drawn: string;
  #second: readonly string[] = [];

  /** `drawn` is the folder of both versions of the images, `files` are those that the schedule changes. */
  constructor(schedule: Schedule, drawn: string, files: Files | undefined) {
    const { seed, shuffle } = schedule;
    this.#schedule = schedule;
    this.#drawn = drawn;
    this.#files = files;
    this.#sequence = makeSequence(schedule, join(drawn, "first"));
    this.#loader = new DataLoader(this.#sequence, { seed, shuffle });
  }

  async epoch(epoch: number): Promise<ExpectedEpoch> {
    while (this.#epochs.length <= epoch) {
      beforeEpoch(this.#sequence, this.#epochs.length);
      const digests: string[] = [];
      for await (const batch of this.#loader) digests.push(digest(batch));
      this.#epochs.push(digests);
    }
    const { seed, shuffle } = this.#schedule;
    const digests = this.#epochs[epoch]!;
    const files = this.#files;
    const order = permutation(digests.length, seed, "batches", epoch);
    const index = (position: number): number => (shuffle ? order.at(position) : position);
    if (!files) {
      const accepts = (position: number, found: string): boolean => found === digests[position];
      return { length: digests.length, index, accepts, damaged: () => undefined };
    }
    if (this.#second.length === 0) this.#second = await this.#digestsOfSecond(digests.length);
    const second = this.#second;
    return {
      length: digests.length,
      index,
      accepts(position, found) {
        const contents = files.contents(index(position));
        if (contents.has("first") && found === digests[position]) return true;
        return contents.has("second") && found === second[index(position)];
      },
      damaged(position) {
        const contents = files.contents(index(position));
        if (!contents.has("cut")) return undefined;
        return { file: files.path(index(position)), surely: contents.size === 1 };
      },
    };
  }

  async #digestsOfSecond(length: number): Promise<string[]> {
    const images = new Images(join(this.#drawn, "second"), length);
    return Promise.all(Array.from({ length }, async (_, i) => digest(await images.at(i))));
  }

  close(): Promise<void> {
    return this.#loader.close();
  }
}
