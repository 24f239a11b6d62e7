/** The page over a loader. */
import { show } from "../core/check.ts";
import { nameAsyncDispose } from "../core/dispose.ts";
import { OptionError } from "../core/errors.ts";
import { type DataLoader, isDataLoader } from "../loader/data-loader.ts";
import { readAssets } from "./assets.ts";
import { checkInspectOptions, helloOf, type InspectOptions } from "./options.ts";
import { PageServer } from "./server.ts";
import { LoaderWatch } from "./watch.ts";

/** A page that shows a loader at work. */
export class InspectPage implements AsyncDisposable {
  /** Where it is: on this computer only, for whoever has the whole URL, which ends with a token. */
  readonly url: string;
  readonly #server: PageServer;
  readonly #watch: LoaderWatch;

  /** @internal */
  constructor(server: PageServer, watch: LoaderWatch) {
    this.url = server.url;
    this.#server = server;
    this.#watch = watch;
  }

  /** Whether anybody looks: a page is open. */
  get isOpen(): boolean {
    return this.#watch.wants !== undefined;
  }

  /** Adds a point to a curve that the page draws: a loss or a metric, by its name. */
  plot(name: string, step: number, value: number): void {
    this.#watch.feed.plot(name, step, value);
  }

  /** Ends the page. The loader goes on. May be called twice. */
  async close(): Promise<void> {
    this.#watch.stop();
    await this.#server.close();
  }

  /** As {@link InspectPage.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
nameAsyncDispose(InspectPage.prototype);

/**
 * Serves a page that shows what a loader delivers and where its time goes, while it loads: batches as pictures, values and
 * classes, a timeline of the workers, and in a sentence what limits it. Node only.
 *
 * The page is served on 127.0.0.1, to whoever has `url`; from another computer, `ssh -L` leads there. It changes nothing,
 * and does not keep the program from ending. A batch that is asked for by its index is fetched in this thread, from the
 * loader's own sequence.
 *
 * @throws OptionError if an option is none, or the port is taken.
 * @example
 * await using page = await inspect(loader, { classes: ["cat", "dog"] });
 * console.error(page.url);
 * for await (const [x, y] of loader) { … }
 */
export async function inspect(
  loader: DataLoader<unknown>,
  options: InspectOptions = {},
): Promise<InspectPage> {
  if (!isDataLoader(loader)) throw new OptionError(`inspect() shows a DataLoader, got ${show(loader)}.`);
  checkInspectOptions("inspect()", options);
  const { port = 0, ...about } = options;
  const hello = helloOf(loader, about, true);
  const assets = await readAssets();
  const watch = new LoaderWatch(loader);
  try {
    return new InspectPage(await PageServer.start({ watch, hello, assets, port }), watch);
  } catch (error) {
    watch.stop();
    throw error;
  }
}
