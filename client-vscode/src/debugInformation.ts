/** What a report of a fault needs: versions, where the server comes from, its state, and settings. No code, no names. */

export interface Facts {
  readonly extension: string;
  readonly editor: string;
  readonly platform: string;
  readonly server: string;
  readonly origin: string;
  readonly command: string;
  readonly state: string;
  readonly lastError: string;
  readonly isTrusted: boolean;
  readonly folders: number;
  /** The settings that are not defaults. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Returns Markdown for pasting; the home directory, which often is a person's name, is shortened to `~`. */
export function debugInformation(facts: Facts, home: string): string {
  const rows = [
    ["Extension", facts.extension],
    ["Editor", facts.editor],
    ["Platform", facts.platform],
    ["Server", facts.server],
    ["Taken from", facts.origin],
    ["Command", facts.command],
    ["State", facts.state],
    ["Last error", facts.lastError],
    ["Trusted workspace", facts.isTrusted ? "yes" : "no"],
    ["Workspace folders", String(facts.folders)],
  ];
  const list = rows.map(([name, value]) => `- ${name}: ${value}`).join("\n");
  const settings = JSON.stringify(facts.settings, undefined, 2);
  return `${list}\n\nSettings that are not defaults:\n\n\`\`\`json\n${settings}\n\`\`\`\n`.replaceAll(home, "~");
}
