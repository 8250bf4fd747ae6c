/** Stands for an extension that opens a repository without cloning it: a folder with one file, in memory. */

const vscode = require("vscode");

const NAME = "orders.py";
const never = new vscode.EventEmitter();
const refuse = () => {
  throw vscode.FileSystemError.NoPermissions();
};
let content = Buffer.from('def f():\n    file = open("x")\n    file.read()\n    file.close()\n');

const files = {
  onDidChangeFile: never.event,
  watch: () => never,
  stat: ({ path }) => {
    const times = { ctime: 0, mtime: 0, size: content.length };
    if (path === "/shop") return { type: vscode.FileType.Directory, ...times };
    if (path === `/shop/${NAME}`) return { type: vscode.FileType.File, ...times };
    throw vscode.FileSystemError.FileNotFound(path);
  },
  readDirectory: () => [[NAME, vscode.FileType.File]],
  readFile: () => content,
  writeFile: (_, written) => {
    content = written;
  },
  createDirectory: refuse,
  delete: refuse,
  rename: refuse,
};

exports.activate = (context) => {
  context.subscriptions.push(vscode.workspace.registerFileSystemProvider("vscode-vfs", files));
};
