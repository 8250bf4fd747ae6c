/** Stands for VS Code in the tests of those parts that ask it little; a test sets what it answers. */

export const configuration: Record<string, unknown> = {};
export const defaults: Record<string, unknown> = {};
/** What the user is shown. */
export const shown: string[] = [];

interface Environments {
  getActiveEnvironmentPath: () => unknown;
  resolveEnvironment: (chosen: unknown) => Promise<unknown>;
  onDidChangeActiveEnvironmentPath: (listener: () => void) => void;
}

export const extensions = {
  python: undefined as (() => Promise<{ environments?: Environments }>) | undefined,
  getExtension: () => extensions.python && { activate: extensions.python },
};

export const workspace = {
  isTrusted: true,
  workspaceFolders: undefined as { uri: { scheme: string; fsPath: string } }[] | undefined,
  getConfiguration: () => ({
    ...defaults,
    get: (key: string) => configuration[key] ?? defaults[key],
    inspect: (key: string) => ({ defaultValue: defaults[key] }),
  }),
};

export const window = {
  withProgress: async ({ title }: { title: string }, task: (progress: object) => Promise<unknown>) => {
    shown.push(title);
    return task({ report: ({ message }: { message: string }) => shown.push(message) });
  },
};

export const ProgressLocation = { Notification: 15 };
export const env = { appName: "Editor", remoteName: undefined };
export const version = "1.100.0";
