/** Where messages come from: a report in the page itself, or the program's stream, one message a line. */
import type { BatchLook, Message, SampleView } from "../protocol.ts";
import type { Model } from "./model.ts";

/** Milliseconds until the program is asked again, and how often. */
const pause = 1500;
const tries = 40;

/** Milliseconds after which a program that says nothing is said to be busy: it tells once or twice a second. */
const silence = 5000;

/** The token that the program printed with the address: nobody else on this machine knows it. */
const headers = (): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${location.hash.slice(1)}`,
});

/** The messages of a report that is written into the page; undefined where there is none. */
export function stillReport(): readonly Message[] | undefined {
  const text = document.getElementById("epochal-report")?.textContent;
  return text ? (JSON.parse(text) as readonly Message[]) : undefined;
}

/** Feeds `model` from the stream for as long as the page is open; `changed` is called after each message. */
export async function follow(model: Model, changed: () => void): Promise<void> {
  for (let left = tries; left > 0; left--) {
    await listen(model, changed).catch(() => {});
    const { name } = model.link;
    if (name === "refused") return changed();
    if (name === "open" || name === "silent") left = tries;
    model.link = { name: model.hello ? "lost" : "connecting" };
    changed();
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  model.link = { name: "lost" };
  changed();
}

/** Listens until the stream ends. */
async function listen(model: Model, changed: () => void): Promise<void> {
  const response = await fetch("stream", { headers: headers(), cache: "no-store" });
  if (!response.ok || !response.body) {
    model.link = { name: "refused", reason: await reasonOf(response) };
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const timer = setTimeout(() => {
      if (model.link.name === "open") model.link = { name: "silent" };
      changed();
    }, silence);
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      model.take(JSON.parse(line) as Message);
      if (model.link.name === "refused") return reader.cancel();
    }
    if (model.hello) model.link = { name: "open" };
    changed();
  }
}

/** Asks the program for a batch by its index. */
export function askBatch(epoch: number, index: number): Promise<BatchLook> {
  return ask(`batch?epoch=${epoch}&index=${index}`);
}

/** Asks the program for one sample of a leaf in full. */
export function askSample(
  { epoch, index }: { readonly epoch: number; readonly index: number },
  path: string,
  item: number,
): Promise<SampleView> {
  return ask(`sample?epoch=${epoch}&index=${index}&path=${encodeURIComponent(path)}&item=${item}`);
}

async function ask<T>(question: string): Promise<T> {
  const response = await fetch(question, { headers: headers(), cache: "no-store" });
  if (!response.ok) throw new Error(await reasonOf(response));
  return (await response.json()) as T;
}

/** Why the program refuses, in its words. */
async function reasonOf(response: Response): Promise<string> {
  return (await response.text()) || `The program answers with status ${response.status}.`;
}
