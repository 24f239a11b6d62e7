/**
 * The index of a tar archive: which members are the fields of which sample, and where their bytes lie.
 *
 * A hard link is another name of a member, which may stand anywhere. Where a field is one, the archive is gone through
 * once more for what links lead to: without links no member's name is kept.
 */
import type { DataLocation } from "../../core/errors.ts";
import type { MemberPlaces } from "../archive/archive.ts";
import { type Grouped, Grouping, type GroupingOptions, largestMember } from "../archive/samples.ts";
import { type DataFile, dataError } from "../data-file.ts";
import { shared } from "../memory.ts";
import { type Member, readMembers } from "./members.ts";

/**
 * The samples in `file`.
 *
 * @throws DataError if the archive cannot be read, or, unless `missing` is `"skip"`, if a sample lacks a field.
 */
export async function indexTar(
  file: DataFile,
  options: GroupingOptions,
  signal: AbortSignal | undefined,
): Promise<Grouped & { readonly places: MemberPlaces }> {
  const offsets: number[] = [];
  const sizes: number[] = [];
  /** Fields that are links, by their number among all. */
  const links = new Map<number, Member>();
  /** What links lead to, also those that are no fields: a link may lead to one. */
  const named = new Set<string>();
  const grouping = new Grouping<Member>(
    file,
    options,
    (members) => {
      for (const member of members) {
        if (member.link !== undefined) links.set(offsets.length, member);
        offsets.push(member.start);
        sizes.push(member.size);
      }
    },
    "Members of one sample lie side by side in an archive, as tar --sort=name packs them.",
  );
  const add = (member: Member): void => {
    if (member.link !== undefined) named.add(normal(member.link));
    if (!member.isFolder) grouping.add(member);
  };
  await readMembers(file, add, signal);
  grouping.finish();
  if (links.size > 0) {
    const targets = await linkTargets(file, named, signal);
    for (const [number, link] of links) {
      const row = Math.floor(number / options.wanted.length);
      const { field } = options.wanted[number % options.wanted.length]!;
      const location = {
        path: file.path,
        row,
        sample: grouping.keys[row],
        column: field,
        offset: link.start,
      };
      const target = targetOf(link, targets, location);
      offsets[number] = target.start;
      sizes[number] = target.size;
    }
  }
  const places = {
    offsets: shared(Float64Array, offsets.length),
    lengths: shared(Uint32Array, sizes.length),
  };
  places.offsets.set(offsets);
  places.lengths.set(sizes);
  const { keys, skipped, passedOver } = grouping;
  return { keys, skipped, passedOver, places };
}

/** The members of `file` that have one of these names. */
async function linkTargets(
  file: DataFile,
  named: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, readonly Member[]>> {
  const targets = new Map<string, Member[]>();
  const note = (member: Member): void => {
    const name = normal(member.name);
    if (!named.has(name)) return;
    const members = targets.get(name);
    if (members === undefined) targets.set(name, [member]);
    else members.push(member);
  };
  await readMembers(file, note, signal);
  return targets;
}

/**
 * The file that `link` leads to, by other links perhaps. Of members of one name it is the last in front of the link, as
 * for who unpacks the archive; else the first behind it.
 *
 * @throws DataError if there is none, or it is too large for a field.
 */
function targetOf(
  link: Member,
  targets: ReadonlyMap<string, readonly Member[]>,
  location: DataLocation,
): Member {
  const passed = new Set<Member>();
  let at: Member | undefined = link;
  while (at?.link !== undefined && !passed.has(at)) {
    passed.add(at);
    const { start, link } = at as Member & { link: string };
    const members: readonly Member[] = targets.get(normal(link)) ?? [];
    at = members.findLast((member) => member.start < start) ?? members.find((member) => member.start > start);
  }
  if (at?.isFile && at.size <= largestMember) return at;
  const problem = at?.isFile
    ? `has ${at.size} bytes. A field has less than 4 GiB.`
    : "is no file in this archive. Pack both together, or with tar --hard-dereference.";
  throw dataError(`The member ${link.name} is a hard link to ${link.link}, which ${problem}`, location);
}

/** A name without what says nothing: `./a//b` is `a/b`. */
function normal(name: string): string {
  if (!/^[./]|\/[./]/.test(name)) return name;
  return name
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}
