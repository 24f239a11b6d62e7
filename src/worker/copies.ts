/**
 * Workers that each hold a copy of a sequence, of any kind: what every kind but the program's own thread shares.
 *
 * The copy is made of a picture of the sequence's fields, taken when an epoch begins; a worker that starts within the
 * epoch gets the same picture.
 */
import type { Sequence } from "../sequence/sequence.ts";
import { connect } from "./wire/connect.ts";
import type { FarSide } from "./wire/endpoint.ts";
import type { WorkerRequest } from "./wire/protocol.ts";
import type { Recipient } from "./wire/snapshot/natives.ts";
import { type Snapshot, takeSnapshot } from "./wire/snapshot/snapshot.ts";
import type { BatchWorker, StartWorker, WorkerEvents } from "./worker.ts";

/**
 * A kind of worker as a loader takes it: makes workers over copies of `sequence`, which draw from `seed`.
 * {@link Copies.update} comes before the first one.
 *
 * @throws WorkerError where this platform has no such workers; PortableError inside a worker.
 */
export type MakeCopies = (sequence: Sequence<unknown>, seed: number) => Copies;

/** Workers of one kind that each hold a copy of a sequence. */
export interface Copies {
  /** Starts one, with the sequence as it was at the last update. */
  readonly start: StartWorker;
  /**
   * Takes the sequence as it is now, for workers that start or are reloaded from here on; whether it has changed since
   * the last update.
   *
   * @throws PortableError if it cannot be sent.
   */
  update(): boolean;
  /** No worker is there, nor will one start before the next update: what it would be sent need not be kept. */
  forget(): void;
}

/** What tells one kind of far side from another. */
export interface FarSideKind {
  /** As messages name it: `thread`. */
  readonly name: string;
  /** What it can be given beside plain data. */
  readonly recipient: Recipient;
  /** What relative URLs mean there; left out where it knows that itself. */
  readonly base?: string | undefined;
  /** Starts one; messages name it `name`: `thread 2`. */
  open(name: string): FarSide;
}

/** Workers of `kind` over copies of `sequence`. */
export function copiesOf(sequence: Sequence<unknown>, seed: number, kind: FarSideKind): Copies {
  const { name, recipient, base } = kind;
  let snapshot: Snapshot | undefined;
  const load = (): WorkerRequest => ({ type: "load", sequence: snapshot!, seed, base });
  const start = (id: number, events: WorkerEvents): BatchWorker =>
    connect(kind.open(`${name} ${id}`), load, events);
  return {
    start: Object.assign(start, { kind: name }),
    update() {
      const before = snapshot;
      const now = takeSnapshot(sequence, { to: recipient, before });
      if (now.problem) throw now.problem;
      snapshot = now;
      return now !== before;
    },
    forget() {
      snapshot = undefined;
    },
  };
}
