/** What a report of a fault needs: versions, where the server comes from, its state, and settings. No code, no names. */

/** Returns Markdown for pasting; the home directory, which often is a person's name, is shortened to `~`. */
export function debugInformation(facts: Record<string, string>, settings: object, home: string): string {
  const list = Object.entries(facts).map(([name, value]) => `- ${name}: ${value}`);
  const values = ["Settings that are not defaults:", "", "```json", JSON.stringify(settings, undefined, 2), "```", ""];
  return [...list, "", ...values].join("\n").replaceAll(home, "~");
}
