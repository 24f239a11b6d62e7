/**
 * The pages that look, and what they are sent: a line of JSON for each message.
 *
 * Nothing is made while no page looks. A page that has not taken the last message gets none until it has; what it missed
 * of the timeline comes with the next one, as far as it is still there.
 */
import type { ServerResponse } from "node:http";
import { causesOf } from "../core/causes.ts";
import { waitAtMost } from "../core/settle.ts";
import { warnOnce } from "../core/warn.ts";
import { type FeedPosition, feedStart } from "./feed.ts";
import type { BatchLook, Message, PageHello } from "./protocol.ts";
import type { LoaderWatch } from "./watch.ts";

/** Milliseconds between two updates, at least and at most, and how many times as long as making one takes. */
const soonest = 500;
const latest = 1000;
const restFor = 200;

/** Pages that may look at once. */
const mostPages = 8;

/** Milliseconds after which a page that takes nothing is given up. */
const patience = 30_000;

/** Milliseconds that pages have to take the last message. */
const farewell = 250;

/** A page that looks. */
interface Page {
  readonly response: ServerResponse;
  position: FeedPosition;
  /** When it was sent what it has not taken yet; 0 where it has taken all. */
  waitingSince: number;
}

/** Sends pages what there is to see. */
export class Broadcast {
  readonly #watch: LoaderWatch;
  readonly #hello: string;
  readonly #pages = new Set<Page>();
  #timer: NodeJS.Timeout | undefined;
  #lastLook: string | undefined;

  constructor(watch: LoaderWatch, hello: PageHello) {
    this.#watch = watch;
    this.#hello = lineOf(hello);
  }

  /** Whether no more pages may look. */
  get full(): boolean {
    return this.#pages.size >= mostPages;
  }

  /** What a page is sent first: all there is, and how far that goes. */
  first(): { readonly lines: string; readonly position: FeedPosition } {
    const { feed } = this.#watch;
    const { position } = feed;
    return { lines: this.#hello + lineOf(feed.read(feedStart)) + (this.#lastLook ?? ""), position };
  }

  /** A page looks from now on, until its connection ends. */
  add(response: ServerResponse, { lines, position }: ReturnType<Broadcast["first"]>): void {
    const page: Page = { response, position, waitingSince: 0 };
    response.on("error", () => this.#leave(page));
    response.on("drain", () => {
      page.waitingSince = 0;
    });
    response.on("close", () => this.#leave(page));
    this.#pages.add(page);
    this.#watch.wants = (snapshot) => this.#show(snapshot);
    this.#timer ??= setTimeout(() => this.#tick(), soonest).unref();
    write(page, lines);
  }

  /** Tells pages how it ended, and lets them go. */
  async close(): Promise<void> {
    this.#tryUpdate();
    const ends = [...this.#pages].map(
      ({ response }) => new Promise<void>((resolve) => response.end(() => resolve())),
    );
    await waitAtMost(Promise.all(ends), farewell);
    for (const page of this.#pages) this.#leave(page);
  }

  #leave(page: Page): void {
    this.#pages.delete(page);
    if (this.#pages.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#watch.wants = undefined;
  }

  /** Updates pages, and again after a while: the longer it took, the longer a while. */
  #tick(): void {
    const began = performance.now();
    this.#tryUpdate();
    if (this.#pages.size === 0) return;
    const rest = Math.min(latest, Math.max(soonest, restFor * (performance.now() - began)));
    this.#timer = setTimeout(() => this.#tick(), rest).unref();
  }

  /** What a getter of the user's throws while the loader is read must not end the program. */
  #tryUpdate(): void {
    try {
      this.#update();
    } catch (error) {
      warnOnce(this, "EPOCHAL_INSPECT", `The inspector's page is not updated: ${causesOf(error).join(" ")}`);
    }
  }

  /** What is new, to each page that has taken what it was sent. */
  #update(): void {
    const { feed } = this.#watch;
    const now = feed.position;
    // Most pages have read as far as each other.
    const lines = new Map<FeedPosition, string>();
    for (const page of this.#pages) {
      if (page.waitingSince > 0) {
        if (performance.now() - page.waitingSince > patience) page.response.destroy();
        continue;
      }
      const line = lines.get(page.position) ?? lineOf(feed.read(page.position));
      lines.set(page.position, line);
      write(page, line);
      page.position = now;
    }
  }

  #show(snapshot: BatchLook): void {
    const line = lineOf(snapshot);
    this.#lastLook = line;
    for (const page of this.#pages) if (page.waitingSince === 0) write(page, line);
  }
}

function lineOf(message: Message): string {
  return `${JSON.stringify(message)}\n`;
}

function write(page: Page, line: string): void {
  if (!page.response.write(line)) page.waitingSince = performance.now();
}
