/** The bundled server's own environment: made once per version, from wheels in the extension, without a network. */

import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type ExtensionContext, ProgressLocation, window } from "vscode";
import { run } from "./process";
import { newest } from "./pythons";

const SETTING_UP = { location: ProgressLocation.Notification, title: "Setting up prodready (once)" };
/** Milliseconds. */
const PATIENCE = 300_000;

/**
 * Returns the interpreter of the environment, after making it where that is needed with the newest of `pythons`.
 *
 * Throws NoPythonError, or an Error whose message says what could not be done.
 */
export async function bundledPython(context: ExtensionContext, pythons: () => Promise<string[]>): Promise<string> {
  const wheels = context.asAbsolutePath("dist/wheels");
  const bundle = await readJson<{ id: string; pythons: string[] }>(path.join(wheels, "bundle.json"));
  const home = path.join(context.globalStorageUri.fsPath, "environments", bundle.id);
  const python = path.join(home, ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]));
  const made = path.join(home, "made.json");
  if (!(await works(python, made))) {
    await fs.rm(made, { force: true }); // what is left does not count
    const base = await newest(await pythons(), bundle.pythons);
    const setUp = ["-I", context.asAbsolutePath("client-vscode/python/set_up.py"), wheels, home];
    await window.withProgress(SETTING_UP, (progress) => {
      progress.report({ message: `with ${base}` });
      return run(base, setUp, PATIENCE);
    });
  }
  // Making one removes those that nobody has used for a while.
  await fs.utimes(made, new Date(), new Date());
  return python;
}

/** An environment stops working when the Python that it was made from is removed, or becomes another version. */
async function works(python: string, made: string): Promise<boolean> {
  try {
    const { base } = await readJson<{ base: string }>(made);
    // Where the interpreter is a link, what it leads to tells, without the time that starting it takes.
    if ((await fs.lstat(python)).isSymbolicLink()) return (await fs.realpath(python)) === base;
    await run(python, ["-I", "-c", "import prodready"]);
    return true;
  } catch {
    return false;
  }
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await fs.readFile(file, "utf8")) as T;
}
