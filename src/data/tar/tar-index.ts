/** The index of archives: which members are the fields of which sample. */
import { type DataFile, dataError } from "../data-file.ts";
import { type Member, readMembers } from "./members.ts";

/** A field of a sample that is a member: the first of these endings that the sample has. */
export interface WantedMember {
  readonly field: string;
  readonly endings: readonly string[];
}

/** Growing index of archives. */
export interface TarIndex {
  /** Where the bytes of each sample's fields begin, and how many they are; a row of them for each sample. */
  readonly offsets: number[];
  readonly sizes: number[];
  /** The samples' names. */
  readonly keys: string[];
  /** Members that were passed over, by what they are. */
  readonly passedOver: Record<string, number>;
  /** Samples that were left out, as a field of theirs is missing. */
  skipped: number;
}

/** What an index is made by. */
export interface IndexOptions {
  readonly missing: "throw" | "skip";
  readonly signal: AbortSignal | undefined;
}

/** A field's member is not larger: sizes are kept in 32 bits. */
const largest = 2 ** 32 - 1;

/**
 * Adds the samples in `file` to `index`, and returns how many there are.
 *
 * @throws DataError if the archive cannot be read, or, unless `missing` is `"skip"`, if a sample lacks a field.
 */
export async function indexTar(
  file: DataFile,
  wanted: readonly WantedMember[],
  index: TarIndex,
  { missing, signal }: IndexOptions,
): Promise<number> {
  const places = placesOf(wanted);
  const sample = new Sample(wanted.length);
  let count = 0;

  const finish = (): void => {
    if (sample.key === undefined) return;
    const lacks = sample.ranks.indexOf(none);
    if (lacks < 0) {
      index.offsets.push(...sample.offsets);
      index.sizes.push(...sample.sizes);
      index.keys.push(sample.key);
      count++;
    } else if (missing === "throw") throw lacking(file, count, wanted[lacks]!, sample);
    else index.skipped++;
  };

  await readMembers(
    file,
    (member) => {
      if (member.isFolder) return;
      const name = nameOfMember(member);
      if (typeof name === "string") {
        index.passedOver[name] = (index.passedOver[name] ?? 0) + 1;
        return;
      }
      if (name.key !== sample.key) {
        finish();
        sample.begin(name.key, member.start);
      }
      sample.endings.push(name.ending);
      for (const { field, rank } of places.get(name.ending) ?? []) {
        if (rank === sample.ranks[field]) throw twice(file, count, wanted[field]!, member);
        if (rank > sample.ranks[field]!) continue;
        if (member.size > largest) throw tooLarge(file, count, wanted[field]!, member);
        sample.ranks[field] = rank;
        sample.offsets[field] = member.start;
        sample.sizes[field] = member.size;
      }
    },
    signal,
  );
  finish();
  return count;
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

/** The rank of a field that no member was found for. */
const none = Number.POSITIVE_INFINITY;

/** The sample whose members come just now. */
class Sample {
  key: string | undefined;
  /** Endings of all its members. */
  endings: string[] = [];
  start = 0;
  /** By field: which of the endings its member has, where that begins, and its size. */
  readonly ranks: number[];
  readonly offsets: number[];
  readonly sizes: number[];

  constructor(fields: number) {
    this.ranks = new Array(fields).fill(none);
    this.offsets = new Array(fields).fill(0);
    this.sizes = new Array(fields).fill(0);
  }

  begin(key: string, start: number): void {
    this.key = key;
    this.start = start;
    this.endings = [];
    this.ranks.fill(none);
  }
}

/**
 * The name of a member in two parts, at the first dot behind its last slash, as WebDataset has it; or what it is passed
 * over as: a hidden file, such as macOS adds, or one without an ending.
 */
function nameOfMember({ name, isFile }: Member): { key: string; ending: string } | string {
  if (!isFile) return "links and devices";
  const base = name.lastIndexOf("/") + 1;
  if (name.charCodeAt(base) === dot || /(?:^|\/)(?:PaxHeaders(?:\.\d+)?|__MACOSX)\//.test(name))
    return "hidden files";
  const end = name.indexOf(".", base);
  if (end < 0) return "files without an ending";
  return { key: name.slice(0, end), ending: name.slice(end + 1).toLowerCase() };
}

const dot = 46;

function lacking({ path }: DataFile, row: number, { field, endings }: WantedMember, sample: Sample): Error {
  return dataError(
    `The sample "${sample.key}" has no member ${endings.map((ending) => `.${ending}`).join(" or ")}; it has ${sample.endings.map((ending) => `.${ending}`).join(", ")}. Members of one sample lie next to each other in an archive, as tar --sort=name packs them. Say where else the field may be, { ${field}: { type: …, from: [${[...endings, "…"].map((ending) => JSON.stringify(ending)).join(", ")}] } }, or leave such samples out: missing: "skip".`,
    { path, row, offset: sample.start, column: field },
  );
}

function twice({ path }: DataFile, row: number, { field }: WantedMember, { name, start }: Member): Error {
  return dataError(`The member ${name} is there twice. Pack the archive anew, each file once.`, {
    path,
    row,
    offset: start,
    column: field,
  });
}

function tooLarge(
  { path }: DataFile,
  row: number,
  { field }: WantedMember,
  { name, start, size }: Member,
): Error {
  return dataError(`The member ${name} has ${size} bytes; a field has less than 4 GiB.`, {
    path,
    row,
    offset: start,
    column: field,
  });
}
