/** Fields of the samples of archives: members by their endings, as WebDataset has it. */
import { checkKnown, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { checkFieldType, type FieldType, type FieldValue, fieldTypes } from "../fields.ts";

/** What a member of a sample is, or `"key"`: the sample's own name. */
export type ArchiveFieldType = FieldType | "key";

/**
 * A field of the samples of archives ({@link tar}, {@link zipArchive}): its type, where the member's ending is the
 * field's name; or both.
 */
export type ArchiveField =
  | ArchiveFieldType
  | {
      /** What the member is. */
      readonly type: FieldType;
      /** The member's ending, or several: a sample's field is the first of these that it has. */
      readonly from: string | readonly string[];
    };

/** What the samples of archives are made of. */
export type ArchiveFields = Readonly<Record<string, ArchiveField>>;

/** The sample that fields make. */
export type ArchiveSample<F extends ArchiveFields> = { -readonly [K in keyof F]: ArchiveValue<F[K]> };

/** What a field is in a sample. */
export type ArchiveValue<T> = T extends "key"
  ? string
  : T extends { readonly type: infer U }
    ? FieldValue<U>
    : FieldValue<T>;

/** A field of a sample that is a member: the first of these endings that the sample has. */
export interface WantedMember {
  readonly field: string;
  readonly endings: readonly string[];
}

/** A field, and where it is from. */
export interface PlannedField extends WantedMember {
  readonly type: ArchiveFieldType;
}

/**
 * `fields`, checked.
 *
 * @throws OptionError if there are none, or one is of no type that there is.
 */
export function planFields(reader: string, fields: ArchiveFields): readonly PlannedField[] {
  if (typeof fields === "object" && fields !== null && Object.keys(fields).length > 0)
    return Object.entries(fields).map(([name, field]) => planOf(reader, name, field));
  throw new OptionError(
    `${reader}() needs to know what to take of each sample: { jpg: "image", cls: "int32" }, got ${show(fields)}.`,
  );
}

/** The fields of `plan` that are members. */
export function wantedOf(plan: readonly PlannedField[]): readonly PlannedField[] {
  return plan.filter(({ type }) => type !== "key");
}

function planOf(reader: string, field: string, given: ArchiveField): PlannedField {
  if (typeof given === "string") {
    checkFieldType(reader, field, given, ["key", ...fieldTypes]);
    return { field, type: given, endings: [field.toLowerCase()] };
  }
  checkKnown(`${reader}(): the field \`${field}\``, given, ["type", "from"]);
  checkFieldType(reader, field, given.type, fieldTypes);
  const endings = (Array.isArray(given.from) ? given.from : [given.from]) as readonly unknown[];
  if (endings.length === 0 || endings.some((ending) => typeof ending !== "string" || ending === ""))
    throw new OptionError(
      `${reader}(): \`from\` of the field \`${field}\` must be the ending of a member, "jpg", or a list of such, got ${show(given.from)}.`,
    );
  return {
    field,
    type: given.type,
    endings: (endings as readonly string[]).map((ending) => ending.replace(/^\./, "").toLowerCase()),
  };
}
