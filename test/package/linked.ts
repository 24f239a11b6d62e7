/** A folder with programs over the build that is there, as in a project that has it linked. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { emptyProject, root } from "./packed.ts";

/** An empty folder, outside of the repository, that finds `epochal`; with those files. */
export function linkedProject(files: Readonly<Record<string, string>>): ReturnType<typeof emptyProject> {
  const project = emptyProject();
  mkdirSync(join(project.folder, "node_modules"));
  symlinkSync(root, join(project.folder, "node_modules/epochal"), "junction");
  for (const [name, code] of Object.entries(files)) writeFileSync(join(project.folder, name), code);
  return project;
}
