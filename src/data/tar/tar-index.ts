/**
 * The index of a tar archive: which members are the fields of which sample, and where their bytes lie.
 *
 * A hard link is another name of a member, which may stand anywhere. Where a field is one, the archive is gone through
 * once more for what links lead to: without links no member's name is kept.
 */
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
  const grouping = new Grouping<Member>(file, options, (members) => {
    for (const member of members) {
      if (member.link !== undefined) links.set(offsets.length, member);
      offsets.push(member.start);
      sizes.push(member.size);
    }
  });
  const add = (member: Member): void => {
    if (member.link !== undefined) named.add(normal(member.link));
    if (!member.isFolder) grouping.add(member);
  };
  await readMembers(file, add, signal);
  grouping.finish();
  const targets = new Map<string, Member[]>();
  const note = (member: Member): void => {
    const name = normal(member.name);
    if (named.has(name)) targets.set(name, [...(targets.get(name) ?? []), member]);
  };
  if (links.size > 0) await readMembers(file, note, signal);
  const { wanted } = options;
  for (const [number, link] of links) {
    const target = targetOf(link, targets);
    const row = Math.floor(number / wanted.length);
    const location = {
      path: file.path,
      row,
      sample: grouping.keys[row],
      column: wanted[number % wanted.length]!.field,
      offset: link.start,
    };
    if (target === undefined || target.size > largestMember)
      throw dataError(
        `The member ${link.name} is a hard link to ${link.link}, which ${target === undefined ? "is no file in this archive. Pack both together, or with tar --hard-dereference." : `has ${target.size} bytes. A field has less than 4 GiB.`}`,
        location,
      );
    offsets[number] = target.start;
    sizes[number] = target.size;
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

/**
 * The file that `link` leads to, by other links perhaps; undefined if there is none. Of members of one name it is the
 * last in front of the link, as for who unpacks the archive; else the first behind it.
 */
function targetOf(link: Member, targets: ReadonlyMap<string, readonly Member[]>): Member | undefined {
  const passed = new Set<Member>();
  let at: Member | undefined = link;
  while (at?.link !== undefined && !passed.has(at)) {
    passed.add(at);
    const { start, link } = at as Member & { link: string };
    const members: readonly Member[] = targets.get(normal(link)) ?? [];
    at = members.findLast((member) => member.start < start) ?? members.find((member) => member.start > start);
  }
  return at?.isFile ? at : undefined;
}

/** A name without what says nothing: `./a//b` is `a/b`. */
function normal(name: string): string {
  if (!/^[./]|\/[./]/.test(name)) return name;
  return name
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}
