/** A page of docs/ as what a reader does with it: files to write, commands to run, and what these print. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../package/packed.ts";

/** A fenced block of code. */
export interface Block {
  /** Where it begins, as `docs/start.md:12`. */
  readonly place: string;
  /** `ts`, `js`, `sh`, `text`, … */
  readonly language: string;
  /** What follows the language in the fence's first line. */
  readonly info: string;
  readonly code: string;
  /** The file that it is, by its first line: `// train.ts`. */
  readonly file: string | undefined;
}

/** One or more commands of a `sh` block, and what they print in the `text` block right after it. */
export interface Commands extends Block {
  readonly lines: readonly string[];
  readonly output: string | undefined;
}

/** Languages whose blocks are programs. */
const programs = /^(?:ts|js|mts|mjs|typescript|javascript)$/;

/** Blocks of a page in their order, those of code groups and lists included. */
export function blocksOf(page: string): readonly (Block | Commands)[] {
  const text = readFileSync(join(root, page), "utf8");
  const found = [...text.matchAll(/^( *)```(\w+)(.*)\n([\s\S]*?)^\1```$/gm)];
  return found.map((match, i) => {
    const [whole, indent, language, info, inside] = match;
    const place = `${page}:${text.slice(0, match.index).split("\n").length}`;
    const code = inside!.replaceAll(new RegExp(`^${indent!}`, "gm"), "");
    const [, file] = (programs.test(language!) && /^\/\/ ([\w./-]+\.[cm]?[jt]s)\n/.exec(code)) || [];
    const block = { place, language: language!, info: info!.trim(), code, file };
    if (language !== "sh") return block;
    const next = found[i + 1];
    const between = next && text.slice(match.index + whole.length, next.index);
    const follows = next?.[2] === "text" && between!.trim() === "";
    const lines = code.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
    return {
      ...block,
      lines,
      output: follows ? next[4]!.replaceAll(new RegExp(`^${indent!}`, "gm"), "") : undefined,
    };
  });
}

/** Whether a block is a program or a part of one. */
export const isProgram = ({ language }: Block): boolean => programs.test(language);

/** Whether a block holds commands. */
export const isCommands = (block: Block): block is Commands => "lines" in block;

/** A word of a fence's first line: `no-run`, `fails`, `kill="Epoch 3"`. */
export function flag(block: Block, name: string): string | undefined {
  const [, quoted] = new RegExp(`(?:^| )${name}(?:="([^"]*)")?(?= |$)`).exec(block.info) ?? [];
  return quoted ?? (new RegExp(`(?:^| )${name}(?= |$)`).test(block.info) ? "" : undefined);
}

/**
 * Whether a program printed what the page says: `…` stands for anything in a line, and in a line of its own for any lines.
 */
export function matches(printed: string, page: string): boolean {
  const lines = page.trimEnd().split("\n");
  const pattern = lines.map((line) =>
    line.trim() === "…"
      ? "(?:.*\n)*?"
      : `${line
          .trimEnd()
          .split("…")
          .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
          .join(".*?")}[ \t]*\n`,
  );
  return new RegExp(`^${pattern.join("")}$`).test(`${printed.trimEnd()}\n`);
}
