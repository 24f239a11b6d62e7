/**
 * Data sets of the Hugging Face hub: the Parquet files that it converts each data set to.
 *
 * Limits: of a data set that is no Parquet itself the hub converts the first 5 GB; the split's folder is then called
 * `partial-train`, and refused, as it is not the split that was asked for.
 */

import { type HttpHeaders, http } from "../../bytes/http-source.ts";
import type { BytesSource } from "../../bytes/open.ts";
import { readBytes } from "../../bytes/open.ts";
import { checkKnown, checkText, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { environment } from "../../core/node.ts";
import { dataError } from "../data-file.ts";

/** Options of {@link hub}. */
export interface HubOptions {
  /** The part of the data set: `"train"`, `"test"`. */
  readonly split: string;
  /** Its configuration, which the hub calls subset. Default `"default"`. */
  readonly config?: string;
  /**
   * A commit of the branch `refs/convert/parquet`, so that a run next year reads the same files. Default: what there is now.
   */
  readonly revision?: string;
  /** Where the hub is. Default `https://huggingface.co`. */
  readonly url?: string;
}

/** Adds the token in the environment variable `HF_TOKEN`, where there is one: it is in nothing that is sent or saved. */
export const hubHeaders: (() => HttpHeaders) & { readonly module: string; readonly id: string } =
  Object.assign(
    function hubHeaders(): HttpHeaders {
      const token = environment().HF_TOKEN;
      return token === undefined || token === "" ? {} : { authorization: `Bearer ${token}` };
    },
    { module: import.meta.url, id: "epochal:data/parquet/hub#hubHeaders" },
  );

/**
 * The Parquet files of a split of a data set on the Hugging Face hub, for {@link parquet}. They are read by range, and
 * nothing is kept on disk. For data sets that need permission, set the environment variable `HF_TOKEN`.
 *
 * @throws OptionError if the name is none, or there is no split; DataError if the hub has no such data set, configuration or
 *   split, or cannot be reached.
 * @example
 * const files = await hub("stanfordnlp/imdb", { split: "train", config: "plain_text" });
 * const rows = await parquet(files, { columns: { text: "string", label: "int32" } });
 */
export async function hub(name: string, options: HubOptions): Promise<readonly BytesSource[]> {
  checkText("name", name);
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(name))
    throw new OptionError(`hub() takes the name of a data set, "stanfordnlp/imdb", got ${show(name)}.`);
  checkKnown("hub()", options, ["split", "config", "revision", "url"], {
    token: "Set the environment variable HF_TOKEN: a token in an option would be sent to workers.",
  });
  const { split, config = "default", revision, url = "https://huggingface.co" } = options;
  checkText("split", split);
  checkText("config", config);
  if (revision !== undefined) checkText("revision", revision);
  checkText("url", url);
  const base = url.replace(/\/+$/, "");
  const found =
    revision === undefined
      ? await listed(`${base}/api/datasets/${name}/parquet/${segment(config)}/${segment(split)}`)
      : await inTree(base, name, { revision, folder: `${segment(config)}/${segment(split)}` });
  const partial = found.find((file) => file.includes(`/partial-${segment(split)}/`));
  if (partial !== undefined)
    throw dataError(
      `The hub has only converted a part of the split (partial-${split}). Name its own files, or download it.`,
      { path: partial },
    );
  // The token is for the hub itself.
  return found.map((file) => http(file, file.startsWith(`${base}/`) ? { headers: hubHeaders } : {}));
}

const segment = encodeURIComponent;

/** URLs of files, as the hub lists them. */
async function listed(address: string): Promise<string[]> {
  const list = await asked(address);
  if (Array.isArray(list) && list.length > 0 && list.every((file) => typeof file === "string"))
    return list as string[];
  throw dataError("The hub lists no Parquet files for it. Check the data set's page: its subset and split.", {
    path: address,
  });
}

/** URLs of the files in a folder of a commit. */
async function inTree(
  base: string,
  name: string,
  { revision, folder }: { readonly revision: string; readonly folder: string },
): Promise<string[]> {
  const address = `${base}/api/datasets/${name}/tree/${segment(revision)}/${folder}`;
  const list = await asked(address);
  const paths = Array.isArray(list)
    ? list
        .map((entry: { readonly path?: unknown } | null) => entry?.path)
        .filter((path): path is string => typeof path === "string" && path.endsWith(".parquet"))
        .sort()
    : [];
  if (paths.length === 0)
    throw dataError(
      "There are no Parquet files at this commit. Take one of the branch refs/convert/parquet.",
      {
        path: address,
      },
    );
  // One answer has so many entries at most; what follows would be left out in silence.
  if ((list as unknown[]).length >= 1000)
    throw dataError("The split has 1,000 files or more. Name them yourself.", { path: address });
  return paths.map(
    (path) =>
      `${base}/datasets/${name}/resolve/${segment(revision)}/${path.split("/").map(segment).join("/")}`,
  );
}

/** More is no list of files. */
const most = 2 ** 26;

async function asked(address: string): Promise<unknown> {
  try {
    const bytes = await readBytes(http(address, { headers: hubHeaders }), { most });
    return answerOf(bytes);
  } catch (cause) {
    const { message } = cause as Error;
    const next = /\b40[134]\b/.test(message)
      ? " Check the names of the data set, of its subset (config) and split; for one that needs permission, set HF_TOKEN."
      : "";
    throw dataError(`${message}${next}`, { path: address }, { cause });
  }
}

/** What the hub says: its answers are JSON, those of who stands in between are not. */
function answerOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new Error(
      "The answer is none of the hub's, which are JSON. Check `url`, and whether a proxy or a page to sign in answers in its place.",
      { cause },
    );
  }
}
