/** The bundled server's own environment: made once per version, from wheels in the extension, without a network. */

import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Run } from "./process";
import { type Python, suitable } from "./pythons";

export interface Maker {
  /** The extension's directory of wheels, with a `bundle.json` that describes them. */
  readonly wheels: string;
  /** Where environments are kept. */
  readonly storage: string;
  readonly run: Run;
  /** The interpreters to choose from; asked for only when an environment has to be made. */
  readonly pythons: () => Promise<readonly Python[]>;
  /** Runs a task while the user sees that it goes on. */
  readonly progress: <T>(task: (report: (message: string) => void) => Promise<T>) => PromiseLike<T>;
}

/** What packaging has written beside the wheels. */
interface Bundle {
  /** The server's version, with a digest of all wheels: equal texts mean equal environments. */
  readonly id: string;
  readonly pythons: readonly string[];
  /** The wheel of pip, which is run from the wheel itself: many machines have a Python without pip. */
  readonly pip: string;
}

/** No interpreter of this machine will do; `found` are those that are there. */
export class NoPythonError extends Error {
  constructor(
    readonly oldest: string,
    readonly found: readonly Python[],
  ) {
    super(`no Python ${oldest} or later with its venv module was found`);
  }
}

const MADE = "made.json";
const MAKING = 300_000;
const KEPT = 30 * 24 * 60 * 60 * 1000;

/**
 * Returns the interpreter of the environment, after making it where that is needed.
 *
 * Throws NoPythonError, or an Error whose message says what could not be done.
 */
export async function bundledPython(maker: Maker): Promise<string> {
  const bundle = JSON.parse(await fs.readFile(path.join(maker.wheels, "bundle.json"), "utf8")) as Bundle;
  const home = path.join(maker.storage, bundle.id);
  if (!(await works(home, maker.run))) {
    await fs.rm(home, { recursive: true, force: true });
    await make(maker, bundle, home);
  }
  const now = new Date();
  await fs.utimes(path.join(home, MADE), now, now);
  await removeOld(maker.storage, bundle.id);
  return inside(home);
}

function inside(home: string): string {
  return process.platform === "win32" ? path.join(home, "Scripts", "python.exe") : path.join(home, "bin", "python");
}

/** An environment stops working when the Python that it was made from is removed, or becomes another version. */
async function works(home: string, run: Run): Promise<boolean> {
  const python = inside(home);
  try {
    const { base } = JSON.parse(await fs.readFile(path.join(home, MADE), "utf8")) as { base: string };
    // Where the interpreter is a link, what it leads to tells, without the time that starting it takes.
    if ((await fs.lstat(python)).isSymbolicLink()) return (await fs.realpath(python)) === base;
  } catch {
    return false;
  }
  return (await run(python, ["-I", "-c", "import prodready"])).code === 0;
}

async function make(maker: Maker, bundle: Bundle, home: string): Promise<void> {
  const all = await maker.pythons();
  const [newest] = suitable(all, bundle.pythons);
  if (newest === undefined) throw new NoPythonError(bundle.pythons[0] ?? "3.10", all);
  await fs.mkdir(maker.storage, { recursive: true });
  // Made beside its place, and moved when it is whole: several windows may open at the same moment.
  const beside = await fs.mkdtemp(path.join(maker.storage, ".making-"));
  try {
    await maker.progress((report) => fill(maker, bundle, newest, beside, report));
    await fs.rename(beside, home).catch(async (error: unknown) => {
      // Another window may have been faster: its environment is used.
      if (!(await works(home, maker.run))) throw error;
    });
  } finally {
    await fs.rm(beside, { recursive: true, force: true });
  }
}

async function fill(
  { run, wheels }: Maker,
  bundle: Bundle,
  base: Python,
  home: string,
  report: (message: string) => void,
): Promise<void> {
  report(`Python ${base.version.join(".")} environment`);
  await must(run, base.executable, ["-I", "-m", "venv", "--without-pip", home], "make an environment");
  report("the server");
  const quiet = ["--no-input", "--no-cache-dir", "--disable-pip-version-check", "--no-compile", "--quiet"];
  const offline = ["--no-index", "--find-links", wheels, "--only-binary", ":all:"];
  const pip = ["-I", path.join(wheels, bundle.pip, "pip"), "--isolated", "install"];
  await must(run, inside(home), [...pip, ...quiet, ...offline, "prodready"], "install the server");
  await fs.writeFile(path.join(home, MADE), JSON.stringify({ base: await fs.realpath(inside(home)) }));
}

async function must(run: Run, command: string, args: string[], purpose: string): Promise<void> {
  const { code, stdout, stderr } = await run(command, args, MAKING);
  if (code !== 0) {
    throw new Error(`could not ${purpose} with ${command} (exit code ${code}): ${(stderr || stdout).trim()}`);
  }
}

/** Environments of other versions are kept as long as a window may still run one. */
async function removeOld(storage: string, current: string): Promise<void> {
  for (const name of await fs.readdir(storage)) {
    if (name === current) continue;
    const home = path.join(storage, name);
    const used = await fs.stat(name.startsWith(".making-") ? home : path.join(home, MADE)).catch(() => undefined);
    if (used === undefined || Date.now() - used.mtimeMs > KEPT) {
      await fs.rm(home, { recursive: true, force: true, maxRetries: 2 });
    }
  }
}
