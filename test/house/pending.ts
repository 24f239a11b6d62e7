/** What breaks a house rule still, each list to be emptied: nothing new may be added. */

/** Exported types of one name in several modules. */
export const homonyms: readonly string[] = ["DataLoader"];

/** Types in public signatures that no entry point exports. */
export const unnameable: readonly string[] = ["DataLoader"];
