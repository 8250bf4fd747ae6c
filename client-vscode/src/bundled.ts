/** The bundled server's own environment: made once per version, from wheels in the extension, without a network. */

import * as fs from "node:fs";
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
  const bundle = readJson<{ id: string; pythons: string[] }>(path.join(wheels, "bundle.json"));
  const home = path.join(context.globalStorageUri.fsPath, "environments", bundle.id);
  const python = path.join(home, ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]));
  const made = path.join(home, "made.json");
  if (!(await works(python, made))) {
    fs.rmSync(made, { force: true }); // what is left does not count
    const base = await newest(await pythons(), bundle.pythons);
    const setUp = ["-I", context.asAbsolutePath("client-vscode/python/set_up.py"), wheels, home];
    await window.withProgress(SETTING_UP, (progress) => {
      progress.report({ message: `with ${base}` });
      return run(base, setUp, PATIENCE);
    });
  }
  // Making one removes those that nobody has used for a while.
  fs.utimesSync(made, new Date(), new Date());
  return python;
}

/** An environment stops working when the Python that it was made from is removed, or becomes another version. */
async function works(python: string, made: string): Promise<boolean> {
  try {
    const { base } = readJson<{ base: string }>(made);
    // Where the interpreter is a link, what it leads to tells, without the time that starting it takes.
    if (fs.lstatSync(python).isSymbolicLink()) return fs.realpathSync(python) === base;
    await run(python, ["-I", "-c", "import prodready"]);
    return true;
  } catch {
    return false;
  }
}

/** At once, as all that is asked of files here: other extensions that start meanwhile would go first each time. */
function readJson<T>(file: string): T {
  return JSON.parse(fs.readFileSync(file, "utf8")) as T;
}
