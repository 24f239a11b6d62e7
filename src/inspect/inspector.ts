/** The page over a run of `fit`. */
import type { DataLoader } from "../loader/data-loader.ts";
import { Callback } from "../train/callback.ts";
import type { Logs } from "../train/logs.ts";
import { type InspectPage, inspect } from "./inspect.ts";
import { checkInspectOptions, type InspectOptions } from "./options.ts";

/**
 * Serves the page of {@link inspect} over the loader of a run of `fit`, with the curves of its losses and metrics, until
 * the run ends. Its URL is printed on stderr.
 *
 * @example
 * await fit(model, train, { epochs: 5, callbacks: [new Inspector({ classes: ["cat", "dog"] })] });
 */
export class Inspector extends Callback {
  readonly #options: InspectOptions;
  #page: InspectPage | undefined;
  /** Steps of training so far, in all epochs. */
  #step = 0;
  /** Names of what each batch has. */
  #ofBatches: ReadonlySet<string> = new Set();

  /** @throws OptionError if an option is none. */
  constructor(options: InspectOptions = {}) {
    super();
    checkInspectOptions("Inspector", options);
    this.#options = options;
  }

  /** Where the page is; undefined while no run goes on. */
  get url(): string | undefined {
    return this.#page?.url;
  }

  override async onTrainBegin(): Promise<void> {
    this.#step = 0;
    const loader: DataLoader<unknown> | undefined = this.training?.loader;
    if (loader === undefined) {
      process.stderr.write("Inspector shows loaders, and this run reads a stream: there is no page.\n");
      return;
    }
    this.#page = await inspect(loader, this.#options);
    process.stderr.write(`Inspect this run: ${this.#page.url}\n`);
  }

  override onTrainBatchEnd(_batch: number, logs: Logs): void {
    this.#ofBatches = new Set(Object.keys(logs));
    this.#plot(logs);
    this.#step++;
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    const more = Object.entries(logs).filter(([name]) => !this.#ofBatches.has(name));
    this.#plot(Object.fromEntries(more));
  }

  override async onTrainEnd(): Promise<void> {
    await this.#close();
  }

  override async onTrainError(): Promise<void> {
    await this.#close();
  }

  #plot(logs: Logs): void {
    for (const [name, value] of Object.entries(logs)) this.#page?.plot(name, this.#step, value);
  }

  async #close(): Promise<void> {
    const page = this.#page;
    this.#page = undefined;
    await page?.close();
  }
}
