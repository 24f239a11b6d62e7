/**
 * Members of an archive, one after the other, made into samples: those of one name side by side are one, and their
 * endings its fields.
 *
 * Invariant: a member that a field asks for is of exactly one sample, or it is an error; what is passed over is counted.
 */
import { type DataFile, dataError } from "../data-file.ts";
import type { WantedMember } from "./fields.ts";

/** A member of an archive. */
export interface ArchiveMember {
  readonly name: string;
  /** Its byte in the archive, for messages. */
  readonly start: number;
  /** Bytes that it has for a field. */
  readonly size: number;
  /** What it is passed over as, where it is no file. */
  readonly other?: PassedOver | undefined;
}

/** What members are passed over as. */
export const kindsPassedOver = [
  "hidden files",
  "files without an ending",
  "symbolic links",
  "devices",
  "records of other programs",
] as const;

/** What a member is passed over as. */
export type PassedOver = (typeof kindsPassedOver)[number];

/** Which samples are made of an archive. */
export interface GroupingOptions {
  readonly wanted: readonly WantedMember[];
  /** What becomes of a sample that lacks a field. */
  readonly missing: "throw" | "skip";
}

/** What an archive has, besides the places of its members. */
export interface Grouped {
  /** The samples' names. */
  readonly keys: readonly string[];
  /** Samples that were left out, as a field of theirs is missing. */
  readonly skipped: number;
  /** Members that were passed over. */
  readonly passedOver: Readonly<Partial<Record<PassedOver, number>>>;
}

/** A field's member is not larger: sizes are kept in 32 bits. */
export const largestMember: number = 2 ** 32 - 1;

/** The rank of a field that no member was found for. */
const none = Number.POSITIVE_INFINITY;

/** So many names are in one set; it takes no more than twice as many. */
const fullSet = 2 ** 23;

/** Makes samples of the members of one archive. */
export class Grouping<M extends ArchiveMember> implements Grouped {
  readonly keys: string[] = [];
  skipped = 0;
  readonly passedOver: Partial<Record<PassedOver, number>> = {};
  readonly #file: DataFile;
  readonly #options: GroupingOptions;
  readonly #take: (members: readonly M[]) => void;
  readonly #hint: string;
  readonly #places: ReadonlyMap<string, readonly { readonly field: number; readonly rank: number }[]>;
  /** Names of samples so far, and of those that were left out. */
  readonly #seen: Set<string>[] = [new Set()];
  /** The sample whose members come just now. */
  #key: string | undefined;
  #start = 0;
  /** Endings of all its members. */
  #endings: string[] = [];
  /** By field: which of the endings its member has, and that member. */
  readonly #ranks: number[];
  readonly #members: M[] = [];

  /**
   * @param take is given the members that are the fields of each sample, in a list that is another sample's then
   * @param hint why a member may seem to be missing that is there
   */
  constructor(
    file: DataFile,
    options: GroupingOptions,
    take: (members: readonly M[]) => void,
    hint: string = "",
  ) {
    this.#file = file;
    this.#options = options;
    this.#take = take;
    this.#hint = hint;
    this.#places = placesOf(options.wanted);
    this.#ranks = new Array(options.wanted.length).fill(none);
  }

  /**
   * Adds the next member.
   *
   * @throws DataError if it is there twice, or ends a sample that lacks a field or comes again.
   */
  add(member: M): void {
    const name = nameOfMember(member);
    if (typeof name === "string") {
      this.passedOver[name] = (this.passedOver[name] ?? 0) + 1;
      return;
    }
    if (name.key !== this.#key) {
      this.finish();
      this.#key = name.key;
      this.#start = member.start;
      this.#endings = [];
      this.#ranks.fill(none);
    }
    this.#endings.push(name.ending);
    for (const { field, rank } of this.#places.get(name.ending) ?? []) {
      if (rank === this.#ranks[field])
        throw this.#problem(field, member, "is there twice", "Pack the archive anew, each file once.");
      if (rank > this.#ranks[field]!) continue;
      if (member.size > largestMember)
        throw this.#problem(field, member, `has ${member.size} bytes`, "A field has less than 4 GiB.");
      this.#ranks[field] = rank;
      this.#members[field] = member;
    }
  }

  /**
   * Ends the last sample.
   *
   * @throws DataError as {@link add}.
   */
  finish(): void {
    const key = this.#key;
    if (key === undefined) return;
    this.#key = undefined;
    const { missing, wanted } = this.#options;
    const lacks = this.#ranks.indexOf(none);
    // Members that nobody asks for may lie anywhere.
    if (wanted.length === 0 || this.#ranks.some((rank) => rank !== none)) this.#note(key);
    if (lacks < 0) {
      this.#take(this.#members);
      this.keys.push(key);
    } else if (missing === "throw") throw this.#lacking(key, wanted[lacks]!);
    else this.skipped++;
  }

  #note(key: string): void {
    if (this.#seen.some((names) => names.has(key)))
      throw dataError(
        `The sample comes again, behind others: files that tar -r or -u added anew are there twice, and of members that lie apart there would be two samples. Pack the archive anew, each file once, those of a sample side by side: tar --sort=name.`,
        { path: this.#file.path, row: this.keys.length, sample: key, offset: this.#start },
      );
    if (this.#seen.at(-1)!.size === fullSet) this.#seen.push(new Set());
    this.#seen.at(-1)!.add(key);
  }

  #problem(field: number, { name, start }: M, what: string, next: string): Error {
    return dataError(`The member ${name} ${what}. ${next}`, {
      path: this.#file.path,
      row: this.keys.length,
      sample: this.#key,
      column: this.#options.wanted[field]!.field,
      offset: start,
    });
  }

  #lacking(key: string, { field, endings }: WantedMember): Error {
    const list = (names: readonly string[]) => names.map((name) => `.${name}`);
    const { "symbolic links": links } = this.passedOver;
    const hints = [
      this.#hint,
      links && `Symbolic links are passed over (${links} so far): pack what they lead to.`,
      `Say where else the field may be, { ${field}: { type: …, from: [${[...endings, "…"].map((ending) => JSON.stringify(ending)).join(", ")}] } }, or leave such samples out: missing: "skip".`,
    ].filter(Boolean);
    return dataError(
      `It has no member ${list(endings).join(" or ")}, but ${list(this.#endings).join(", ")}. ${hints.join(" ")}`,
      { path: this.#file.path, row: this.keys.length, sample: key, column: field, offset: this.#start },
    );
  }
}

/** By ending: the fields that such a member may be, and how many endings they would rather have. */
function placesOf(wanted: readonly WantedMember[]): ReadonlyMap<string, { field: number; rank: number }[]> {
  const places = new Map<string, { field: number; rank: number }[]>();
  wanted.forEach(({ endings }, field) => {
    endings.forEach((ending, rank) => {
      places.set(ending, [...(places.get(ending) ?? []), { field, rank }]);
    });
  });
  return places;
}

/**
 * The name of a member in two parts, at the first dot behind its last slash, as WebDataset has it; or what it is passed
 * over as: a hidden file, such as macOS adds, or one without an ending.
 */
export function nameOfMember({
  name,
  other,
}: Pick<ArchiveMember, "name" | "other">): { key: string; ending: string } | PassedOver {
  if (other !== undefined) return other;
  const base = name.lastIndexOf("/") + 1;
  if (name.charCodeAt(base) === dot || /(?:^|\/)(?:PaxHeaders(?:\.\d+)?|__MACOSX)\//.test(name))
    return "hidden files";
  const end = name.indexOf(".", base);
  if (end < 0) return "files without an ending";
  return { key: name.slice(0, end), ending: name.slice(end + 1).toLowerCase() };
}

const dot = 46;
