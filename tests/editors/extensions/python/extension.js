/** Stands for the Python extension: the folder has two environments, of which the user chooses. */

const vscode = require("vscode");

exports.activate = (context) => {
  let chosen = ".venv";
  const changes = new vscode.EventEmitter();
  const useOther = () => {
    chosen = ".venv-other";
    changes.fire();
  };
  context.subscriptions.push(vscode.commands.registerCommand("python.useOther", useOther));
  return {
    environments: {
      getActiveEnvironmentPath: (folder) => ({ path: vscode.Uri.joinPath(folder, chosen, "bin", "python").fsPath }),
      resolveEnvironment: async ({ path }) => ({ executable: { uri: vscode.Uri.file(path) } }),
      onDidChangeActiveEnvironmentPath: changes.event,
    },
  };
};
