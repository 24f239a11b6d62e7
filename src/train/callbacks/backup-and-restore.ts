import { checkBoolean, checkKnown, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { codeOf } from "../../core/file.ts";
import { node } from "../../core/node.ts";
import { warn } from "../../core/warn.ts";
import { type AnyCallback, Callback } from "../callback.ts";
import { saveCheckpoint } from "../checkpoint/checkpoint.ts";
import { extension } from "../checkpoint/furthest.ts";
import { cannotWrite } from "../files/file-error.ts";
import { removeLeftovers } from "../files/leftovers.ts";
import { type SaveFreq, SaveFrequency } from "./save-frequency.ts";

/** Options of {@link BackupAndRestore}. */
export interface BackupAndRestoreOptions {
  /** `"epoch"` (default), or every so many batches. */
  readonly saveFreq?: SaveFreq;
  /**
   * Whether the backup before the last one is kept as well, and gone on from where the last one was damaged, with a
   * warning. It takes twice the room. Default false.
   */
  readonly doubleCheckpoint?: boolean;
  /** Whether the backup is deleted when training has come to its end. Default true. */
  readonly deleteCheckpoint?: boolean;
}

/** Marks backups, the same across two copies of the package. */
const brand = Symbol.for("epochal.backup");

/** Backups that runs of this thread keep now. */
const inUse = new Set<string>();

/**
 * Keeps a backup of the run, and goes on from it when the same program is started again after a crash or Ctrl-C: to
 * the very batch, with the same model, optimizer, order and callbacks' memory. Options are those of Keras.
 *
 * There is one file in the folder, replaced at once each time; a run that is aborted saves where it stands. Each run
 * needs a folder of its own: of several at once the last one to save is kept, and there is a warning.
 *
 * @example
 * await fit(model, train, { epochs: 100, callbacks: [new BackupAndRestore("backup")] });
 */
export class BackupAndRestore extends Callback {
  readonly #dir: string;
  readonly #delete: boolean;
  readonly #double: boolean;
  readonly #frequency: SaveFrequency;

  /** @throws OptionError if an option is none of these. */
  constructor(backupDir: string, options: BackupAndRestoreOptions = {}) {
    super();
    if (typeof backupDir !== "string" || backupDir === "") {
      throw new OptionError(
        `BackupAndRestore: \`backupDir\` must be a folder's path, got ${show(backupDir)}.`,
      );
    }
    checkKnown("BackupAndRestore", options, ["saveFreq", "doubleCheckpoint", "deleteCheckpoint"]);
    const { saveFreq = "epoch", doubleCheckpoint = false, deleteCheckpoint = true } = options;
    checkBoolean("doubleCheckpoint", doubleCheckpoint);
    checkBoolean("deleteCheckpoint", deleteCheckpoint);
    this.#dir = backupDir;
    this.#delete = deleteCheckpoint;
    this.#double = doubleCheckpoint;
    this.#frequency = new SaveFrequency(saveFreq);
  }

  /** The file that the backup is kept in, from which `fit` goes on where it is not told by `resume`. */
  get file(): string {
    return `${this.#dir.replace(/\/$/, "")}/backup${extension}`;
  }

  /** Where `fit` looks for the backup: the file, or with `doubleCheckpoint` the folder, of which it takes the furthest. */
  get restoresFrom(): string {
    return this.#double ? this.#dir : this.file;
  }

  /** The file of the backup before the last one. */
  get #previous(): string {
    return `${this.#dir.replace(/\/$/, "")}/previous${extension}`;
  }

  override onTrainBegin(): void {
    this.#frequency.batches = 0;
    if (inUse.has(this.file)) {
      warn(
        "EPOCHAL_SHARED_BACKUP",
        `Two runs keep their backup in ${this.#dir} at once, so each replaces the other's. Give each BackupAndRestore a folder of its own.`,
      );
    }
    inUse.add(this.file);
  }

  override onTrainBatchEnd(): void {
    if (this.#frequency.afterBatch()) this.#save();
  }

  override onEpochEnd(): void {
    if (this.#frequency.atEpochEnd) this.#save();
  }

  override onTrainError(error: unknown): void {
    inUse.delete(this.file);
    // After any other error it is not known what is half done.
    const { signal, resumable } = this.training ?? {};
    if (signal?.aborted && error === signal.reason && resumable) this.#save();
  }

  override async onTrainEnd(): Promise<void> {
    inUse.delete(this.file);
    if (!this.#delete) return;
    const { rm, rmdir } = node("fs").promises;
    for (const file of [this.file, this.#previous]) {
      await rm(file, { force: true }).catch((cause: unknown) => {
        throw cannotWrite(file, cause);
      });
    }
    await removeLeftovers(this.#dir);
    // Only if nothing else is in it: Keras removes the folder with all there is.
    await rmdir(this.#dir).catch(() => {});
  }

  override getState(): { readonly batches: number } {
    return { batches: this.#frequency.batches };
  }

  override setState(state: unknown): void {
    this.#frequency.batches = (state as { batches: number }).batches;
  }

  #save(): void {
    const { training } = this;
    training?.after(async () => {
      if (this.#double) await this.#keepLast();
      await saveCheckpoint(this.file, training);
    });
  }

  /** A kill after this leaves the last backup under its other name, from which the run goes on as well. */
  async #keepLast(): Promise<void> {
    const { rename } = node("fs").promises;
    await rename(this.file, this.#previous).catch((cause: unknown) => {
      if (codeOf(cause) !== "ENOENT") throw cannotWrite(this.#previous, cause);
    });
  }
}
Object.defineProperty(BackupAndRestore.prototype, brand, { value: true });

/** Where the first of `callbacks` that keeps a backup keeps it, also one of another copy of the package. */
export function backupOf(callbacks: readonly AnyCallback[]): string | undefined {
  const backup = callbacks.find(isBackup);
  return backup?.restoresFrom ?? backup?.file;
}

function isBackup(callback: unknown): callback is BackupAndRestore {
  return typeof callback === "object" && callback !== null && brand in callback;
}
