/** Where messages come from: a report in the page itself, or the program's stream, one message a line. */
import type { BatchLook, Message, SampleView } from "../protocol.ts";
import type { Model } from "./model.ts";

/** Milliseconds until the program is asked again, and how often. */
const pause = 1500;
const tries = 40;

/** The word that the program printed with the address: nobody else on this machine knows it. */
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
    const heard = await listen(model, changed).catch(() => false);
    if (model.link.name === "refused") return changed();
    if (heard) left = tries;
    model.link = { name: model.hello ? "lost" : "connecting" };
    changed();
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  model.link = { name: "lost" };
  changed();
}

/** Listens until the stream ends; says whether anything was heard. */
async function listen(model: Model, changed: () => void): Promise<boolean> {
  const response = await fetch("stream", { headers: headers(), cache: "no-store" });
  if (!response.ok || !response.body) {
    const said = (await response.text()).trim();
    const reason =
      response.status === 401
        ? "This address lacks the word behind its #, or has that of another run. Open the address that the program printed."
        : said || `The program answers with status ${response.status}.`;
    model.link = { name: "refused", reason };
    return false;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let heard = false;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return heard;
    const lines = (rest + value).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (line.trim() === "") continue;
      model.take(JSON.parse(line) as Message);
      heard = true;
      if (model.link.name === "refused") {
        await reader.cancel();
        return true;
      }
    }
    if (model.link.name !== "open" && model.hello) model.link = { name: "open" };
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
  if (!response.ok) throw new Error((await response.text()).trim() || `Status ${response.status}.`);
  return (await response.json()) as T;
}
