/**
 * The loader: iterates over a sequence in epochs, with workers that live as long as it does.
 *
 * A facade: what it is while it runs is in session.ts, which is there from the start in Node; a page loads it when the
 * first loop begins. What is said before is in unbegun.ts.
 */
import { tunerChunk } from "#loader/observe/tuner";
import { resumeChunk } from "#loader/resume";
import { sessionChunk } from "#loader/session";
import { gatheringChunk } from "#sequence/batching/gathering";
import { servedChunk } from "#worker/kinds/served";
import { checkInteger, show } from "../core/check.ts";
import { type CodeChunk, isLoaded, loadChunks } from "../core/chunk.ts";
import { nameAsyncDispose } from "../core/dispose.ts";
import { LoaderError, OptionError } from "../core/errors.ts";
import { deferred } from "../core/settle.ts";
import { shareOf, wholeShard } from "../core/shard.ts";
import { isBatches, type Loaded, loadedBy } from "../sequence/batching/loaded.ts";
import { isSequence, type Sequence } from "../sequence/sequence.ts";
import type { Delivered } from "../tensor/tree.ts";
import type { Crew } from "./crew.ts";
import type { DataLoader } from "./data-loader.ts";
import { closeOnAbort, endWhenDropped, hasEnded } from "./dropped.ts";
import type { EpochRun } from "./epoch.ts";
import { EpochIterator } from "./iterator.ts";
import type { Leased } from "./lease.ts";
import { type Audience, type Observer, Observers } from "./observe/events.ts";
import type { LoaderReport } from "./observe/report.ts";
import { isTuned } from "./observe/setting.ts";
import type { LoaderStats } from "./observe/stats.ts";
import { checkOptionNames, type DataLoaderOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import type { Session } from "./session.ts";
import type { LoaderState } from "./state.ts";
import { type Standing, Unbegun } from "./unbegun.ts";

/** Marks loaders, and says what they load, the same across two copies of the package. */
const brand = Symbol.for("epochal.loader");

// Outside of the class: it must not refer to the loader. A run that was dropped with it may have its hook called only once
// nobody works on the sequence, which a worker that has ended cannot tell.
const closeCrew = (crew: Crew): void => void crew.idle().then(() => crew.close());

/** A {@link DataLoader} at run time. */
export class Loader<B> implements DataLoader<B> {
  static {
    const descriptor: PropertyDescriptor & ThisType<Loader<unknown>> = {
      get() {
        return this.#sequence;
      },
    };
    Object.defineProperty(Loader.prototype, brand, descriptor);
  }
  readonly #sequence: Sequence<unknown>;
  readonly #unbegun: Unbegun;
  readonly #audience: Audience = { listeners: [] };
  readonly #observers = new Observers(this.#audience);
  /** What a loop needs: the chunks in which that is, and all of it once it begins. */
  readonly #chunks: readonly CodeChunk<unknown>[];
  #session: Session | undefined;
  /** Why the loader is closed; any value may be a reason. */
  #closed: { readonly reason: unknown } | undefined;
  #closing: Promise<void> | undefined;
  #stopListening: (() => void) | undefined;

  constructor(of: unknown, given: DataLoaderOptions = {}) {
    checkOptionNames(given, { ofSamples: !isSequence(of) });
    const loaded = loadedBy(of, given);
    const options = resolveOptions(loaded.options);
    this.#sequence = loaded.sequence;
    this.#unbegun = new Unbegun(loaded.sequence, options);
    this.#chunks = chunksFor(loaded, options);
    if (isLoaded(this.#chunks)) this.#begin();
    this.#stopListening = closeOnAbort(options.signal, this, Loader.#abort);
  }

  get epoch(): number {
    return this.#standing.epoch;
  }

  get length(): number {
    return this.#stepsFrom(0);
  }

  get steps(): number {
    return this.#session?.steps ?? this.#stepsFrom(this.#standing.start);
  }

  get seed(): number {
    return this.#options.seed;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Leased<Delivered<B>>, undefined, undefined> &
    AsyncDisposable {
    return new EpochIterator(
      () => (this.#session ? undefined : loadChunks(this.#chunks).then(() => this.#begin())),
      () => this.#open(),
    );
  }

  setEpoch(epoch: number): void {
    checkInteger("epoch", epoch);
    this.#standing.moveTo(epoch);
  }

  async *epochs(count: number): AsyncGenerator<Leased<Delivered<B>>, void, undefined> {
    checkInteger("count", count);
    for (let i = 0; i < count; i++) yield* this;
  }

  state(): LoaderState {
    return this.#standing.state();
  }

  report(): LoaderReport {
    return this.#standing.report();
  }

  stats(): LoaderStats {
    return this.#standing.stats();
  }

  explain(): string {
    return this.#standing.explain();
  }

  observe(observer: Observer): () => void {
    if (typeof observer !== "function")
      throw new OptionError(`observe() takes a function that is told of events, got ${show(observer)}.`);
    return this.#observers.add(observer);
  }

  close(): Promise<void> {
    return this.#close(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  static #abort(loader: Loader<unknown>, reason: unknown): void {
    // An error of a hook on the way out reaches the consumer, who is inside the loop.
    loader.#close({ reason }).catch(() => {});
  }

  get #standing(): Standing {
    return this.#session ?? this.#unbegun;
  }

  get #options(): ResolvedOptions {
    return this.#unbegun.options;
  }

  /** All that a loop needs is there. */
  #begin(): void {
    if (this.#session || this.#closed) return;
    this.#session = new sessionChunk.module!.Session(this.#sequence, this.#options, this.#observers);
    endWhenDropped(this, this.#session.crew, closeCrew);
  }

  #open(): EpochRun {
    if (this.#closed) throw this.#closed.reason;
    return this.#session!.open();
  }

  #close(abort: { readonly reason: unknown } | undefined): Promise<void> {
    if (!this.#closing) {
      // There before anything of the user's is called, which may close the loader once more.
      const closing = deferred<void>();
      this.#closing = closing.promise;
      closing.resolve(this.#end(abort));
    }
    // A hook of the sequence may be who asks: it is not kept waiting for its own end.
    return this.#session?.inHook ? this.#session.crew.close() : this.#closing;
  }

  async #end(abort: { readonly reason: unknown } | undefined): Promise<void> {
    this.#closed = abort ?? {
      reason: new LoaderError("The loader is closed. Make a new one to iterate again."),
    };
    this.#stopListening?.();
    hasEnded(this);
    await this.#session?.end(
      abort ? abort.reason : new LoaderError("The loader was closed while it was iterated."),
    );
  }

  #stepsFrom(start: number): number {
    const { shard = wholeShard } = this.#options;
    return shareOf(Math.max(0, this.#sequence.length - start), shard);
  }
}

/** What a loop needs under these options. */
function chunksFor(
  { sequence, options: { worker } }: Loaded<DataLoaderOptions>,
  options: ResolvedOptions,
): readonly CodeChunk<unknown>[] {
  const chunks: CodeChunk<unknown>[] = [sessionChunk];
  if (isBatches(sequence)) chunks.push(gatheringChunk);
  if (options.state !== undefined) chunks.push(resumeChunk);
  if (isTuned(options)) chunks.push(tunerChunk);
  if (typeof worker === "function" && options.workers !== 0) chunks.push(servedChunk);
  return chunks;
}

// As messages and consoles show it.
Object.defineProperty(Loader, "name", { value: "DataLoader" });
nameAsyncDispose(Loader.prototype);

/** Whether `value` is a loader, also one of another copy of the package. */
export function isDataLoader(value: unknown): value is DataLoader<unknown> {
  return typeof value === "object" && value !== null && brand in value;
}

/** The sequence whose batches `loader` loads: of samples, the batches made of them. */
export function sequenceIn(loader: DataLoader<unknown>): Sequence<unknown> {
  return (loader as unknown as { readonly [brand]: Sequence<unknown> })[brand];
}
